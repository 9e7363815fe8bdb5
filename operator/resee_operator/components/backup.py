"""The CronJob that dumps the database to a bucket or a volume, and what is known of its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.backup_program import (
    CREDENTIALS,
    DEADLINE,
    own_place,
    pod,
)
from resee_operator.components.backup_program import job as program_job
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.cron import judge_runs
from resee_operator.components.jobs import Result, results
from resee_operator.components.pods import Pod, secret_variable
from resee_operator.components.storage import claim
from resee_operator.components.verdicts import secret_holds
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import S3
from resee_operator.stages.sizes import Volume

NAME = "backup"
CONDITION: str | None = "BackupHealthy"

_RETRIES: Final = 1
"""Further attempts. The program itself waits for a database or a bucket that is away for a moment; this one
is for a node that went."""
_LATE: Final = 3600
"""How late a backup may still start, in seconds, after the cluster was away at its time."""
_KEPT_JOBS: Final = 3


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The CronJob, and the volume where backups go to one. A volume stays when backups are turned off."""
    destination = resolved.backup.destination
    volumes = (
        [claim(resolved, NAME, destination, resolved.child(NAME))] if isinstance(destination, Volume) else []
    )
    return [*volumes, _cron_job(resolved, facts)] if resolved.backup.enabled else volumes


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the last backup that was due has been made."""
    name = resolved.child(NAME)
    if not resolved.backup.enabled:
        return Verdict(True, Reason.NOT_NEEDED, "backups are turned off by spec.backup.enabled")
    cron_job = live.get("CronJob", name)
    if cron_job is None:
        return Verdict(False, Reason.MISSING, f"CronJob {name} does not exist yet")
    if resolved.suspended:
        return Verdict(True, Reason.SUSPENDED, f"CronJob {name} is suspended")
    credentials = _judge_credentials(resolved, live)
    if not credentials.healthy:
        return credentials
    found = judge_runs(
        cron_job, live.pods(NAME), "backup", f"{resolved.backup.schedule} ({resolved.backup.time_zone})"
    )
    known = _known(results(live.pods(NAME)), cron_job.get("status") or {})
    failed = {"lastFailure": found.failed} if found.failed else {}
    return Verdict(found.healthy, found.reason, found.message, {"backup": {**known, **failed}})


def dump(resolved: Resolved, *args: str) -> Pod:
    """A Pod that makes a backup and reads it back."""
    kept = resolved.backup.retention
    plain = {
        "BACKUP_KEEP_LAST": str(kept.keep_last),
        "BACKUP_KEEP_DAILY": str(kept.daily),
        "BACKUP_KEEP_WEEKLY": str(kept.weekly),
        "BACKUP_KEEP_MONTHLY": str(kept.monthly),
    }
    env: list[Manifest] = [{"name": name, "value": value} for name, value in plain.items()]
    if resolved.slack:
        env.append(secret_variable("SLACK_WEBHOOK_URL", resolved.slack.name, resolved.slack.key))
    return pod(resolved, ("dump", *args), own_place(resolved), env=env)


def job(resolved: Resolved, name: str, args: Sequence[str] = ("dump",)) -> Manifest:
    """A Job that makes one backup; a Secret that changes does not run it anew."""
    return program_job(resolved, name, dump(resolved, *args[1:]), _RETRIES)


def _judge_credentials(resolved: Resolved, live: Live) -> Verdict:
    """Whether the bucket's Secret is there: the first run would notice only at night."""
    destination = resolved.backup.destination
    if not isinstance(destination, S3) or not destination.credentials_secret:
        return Verdict(True, Reason.NOT_NEEDED, "the destination needs no Secret")
    field = "spec.backup.destination.s3.credentialsSecret"
    return secret_holds(live, destination.credentials_secret, CREDENTIALS, field)


def _known(found: list[Result], status: Manifest) -> dict[str, Any]:
    """What the status of the deployment tells about the last good backup."""
    known: dict[str, Any] = {}
    good = [result for result in found if result.ok and result.said.get("command", "dump") == "dump"]
    # One that was made before a restore or an upgrade counts as well.
    ends = [str(status.get("lastSuccessfulTime", "")), *(result.at for result in good)]
    if last := max(ends):
        known["lastSuccess"] = last
    if good:
        newest = max((result.said for result in good), key=lambda said: str(said.get("finished", "")))
        fields = (("location", "location"), ("sizeBytes", "sizeBytes"), ("lastVerified", "verified"))
        known |= {field: newest[key] for field, key in fields if key in newest}
    return known


def _cron_job(resolved: Resolved, facts: Facts) -> Manifest:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": meta.metadata(resolved, resolved.child(NAME), NAME),
        "spec": {
            "schedule": resolved.backup.schedule,
            "timeZone": resolved.backup.time_zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": _LATE,
            "successfulJobsHistoryLimit": _KEPT_JOBS,
            "failedJobsHistoryLimit": _KEPT_JOBS,
            # A restore takes its own safety backup, and ends every session when it swaps the databases.
            "suspend": resolved.suspended or resolved.closed,
            "jobTemplate": {
                "metadata": {"labels": meta.labels(resolved, NAME)},
                "spec": {
                    "backoffLimit": _RETRIES,
                    "activeDeadlineSeconds": DEADLINE,
                    "template": dump(resolved, "--prune").template(resolved, facts),
                },
            },
        },
    }
