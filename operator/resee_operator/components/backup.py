"""The CronJob that dumps the database to a bucket or a volume, and what is known of its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from resee_operator.components import encryption, meta
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.pods import Container, Pod, secret_variable
from resee_operator.components.storage import claim
from resee_operator.components.troubles import find_trouble
from resee_operator.components.verdicts import secret_holds
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import S3, Volume

NAME = "backup"
CONDITION: str | None = "BackupHealthy"

_MOUNT: Final = "/backups"
_RETRIES: Final = 1
"""Further attempts. The program itself waits for a database or a bucket that is away for a moment; this one
is for a node that went."""
_DEADLINE: Final = 6 * 3600
"""Time for one backup with its retries, in seconds; the next one must not wait for one that hangs."""
_LATE: Final = 3600
"""How late a backup may still start, in seconds, after the cluster was away at its time."""
_KEPT_JOBS: Final = 3
_CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


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
    return credentials if not credentials.healthy else _judge_runs(resolved, live, cron_job.get("status", {}))


def job(resolved: Resolved, name: str, args: Sequence[str] = ("dump",)) -> Manifest:
    """A Job that runs the backup program once; a Secret that changes does not run it anew."""
    template = {
        "metadata": {"labels": meta.labels(resolved, NAME)},
        "spec": _pod(resolved, args).spec(resolved),
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta.metadata(resolved, name, NAME),
        "spec": _job_spec(template),
    }


def _job_spec(template: Manifest) -> Manifest:
    return {"backoffLimit": _RETRIES, "activeDeadlineSeconds": _DEADLINE, "template": template}


def _judge_credentials(resolved: Resolved, live: Live) -> Verdict:
    """Whether the bucket's Secret is there: the first run would notice only at night."""
    destination = resolved.backup.destination
    if not isinstance(destination, S3) or not destination.credentials_secret:
        return Verdict(True, Reason.NOT_NEEDED, "the destination needs no Secret")
    field = "spec.backup.destination.s3.credentialsSecret"
    return secret_holds(live, destination.credentials_secret, _CREDENTIALS, field)


def _judge_runs(resolved: Resolved, live: Live, status: Mapping[str, Any]) -> Verdict:
    name = resolved.child(NAME)
    results = [result for pod in live.pods(NAME) if (result := _result(pod))]
    known = _known(results, status)
    data = {"backup": known}
    if status.get("active"):
        trouble = find_trouble(live.pods(NAME))
        if trouble:
            return Verdict(False, trouble.reason, trouble.sentence, data)
    started, succeeded = status.get("lastScheduleTime", ""), status.get("lastSuccessfulTime", "")
    if not started:
        message = f"the first backup is due by {resolved.backup.schedule} ({resolved.backup.time_zone})"
        return Verdict(True, Reason.WAITING_FOR_FIRST_RUN, message, data)
    if started > succeeded and not status.get("active"):
        message = f"the backup of {started} failed: {_why(name, results)}"
        return Verdict(False, Reason.JOB_FAILED, message, {"backup": {**known, "lastFailure": started}})
    return Verdict(True, Reason.READY, f"the last backup ended at {succeeded or 'no time yet'}", data)


def _known(results: list[dict[str, Any]], status: Mapping[str, Any]) -> dict[str, Any]:
    """What the status of the deployment tells about the last good backup."""
    known: dict[str, Any] = {}
    if status.get("lastSuccessfulTime"):
        known["lastSuccess"] = status["lastSuccessfulTime"]
    good = [result for result in results if result.get("ok")]
    if good:
        newest = max(good, key=_end)
        fields = (("location", "location"), ("sizeBytes", "sizeBytes"), ("lastVerified", "verified"))
        known |= {field: newest[key] for field, key in fields if key in newest}
    return known


def _why(name: str, results: list[dict[str, Any]]) -> str:
    """What the newest failed run says itself, else where to read it."""
    bad = [result for result in results if result.get("ok") is False]
    if not bad:
        return f"read kubectl logs of the newest Pod of CronJob {name}"
    newest = max(bad, key=_end)
    return "; ".join(str(newest[key]) for key in ("message", "remedy") if newest.get(key))


def _end(result: Mapping[str, Any]) -> str:
    return str(result.get("finished", ""))


def _result(pod: Manifest) -> dict[str, Any] | None:
    """The line of JSON that a run leaves as its Pod's termination message."""
    for container in pod.get("status", {}).get("containerStatuses", []):
        ended = container.get("state", {}).get("terminated", {})
        try:
            result = json.loads(ended.get("message", ""))
        except ValueError:
            continue
        if isinstance(result, dict):
            return result
    return None


def _cron_job(resolved: Resolved, facts: Facts) -> Manifest:
    template = _pod(resolved, ("dump", "--prune")).template(resolved, facts)
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
            "suspend": resolved.suspended,
            "jobTemplate": {
                "metadata": {"labels": meta.labels(resolved, NAME)},
                "spec": _job_spec(template),
            },
        },
    }


def _pod(resolved: Resolved, args: Sequence[str]) -> Pod:
    destination = resolved.backup.destination
    in_cluster = isinstance(destination, Volume)
    container = Container(
        name=NAME,
        image=resolved.images.backup,
        args=args,
        says_its_end=True,
        env=_environment(resolved),
        mounts=[
            *([{"name": "backups", "mountPath": _MOUNT}] if in_cluster else []),
            *encryption.mounts(resolved),
        ],
        volumes=encryption.client_volume(resolved),
    )
    source = {"persistentVolumeClaim": {"claimName": resolved.child(NAME)}}
    return Pod(
        component=NAME,
        container=container,
        settings=resolved.backup.pods,
        volumes=[{"name": "backups", **source}] if in_cluster else (),
        restart_policy="Never",
    )


def _environment(resolved: Resolved) -> list[Manifest]:
    backup = resolved.backup
    kept = backup.retention
    plain = {
        "BACKUP_NAME": f"{resolved.namespace}/{resolved.name}",
        "BACKUP_KEEP_LAST": str(kept.keep_last),
        "BACKUP_KEEP_DAILY": str(kept.daily),
        "BACKUP_KEEP_WEEKLY": str(kept.weekly),
        "BACKUP_KEEP_MONTHLY": str(kept.monthly),
    }
    variables = [secret_variable("DATABASE_URL", resolved.database.secret_name, "uri")]
    if isinstance(backup.destination, S3):
        plain |= _bucket(backup.destination)
        variables += _credentials(backup.destination)
    else:
        plain["BACKUP_DESTINATION"] = f"file://{_MOUNT}"
    if resolved.slack:
        variables.append(secret_variable("SLACK_WEBHOOK_URL", resolved.slack.name, resolved.slack.key))
    variables += encryption.client_variables(resolved)
    return [*variables, *({"name": name, "value": value} for name, value in plain.items())]


def _bucket(s3: S3) -> dict[str, str]:
    """Where the bucket is. Servers other than Amazon's refuse the checksums that its newer clients add."""
    folder = f"/{s3.prefix}" if s3.prefix else ""
    variables = {"BACKUP_DESTINATION": f"s3://{s3.bucket}{folder}"}
    if s3.region:
        variables["AWS_REGION"] = s3.region
    if s3.endpoint:
        variables["AWS_ENDPOINT_URL"] = s3.endpoint
        variables["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
    return variables


def _credentials(s3: S3) -> list[Manifest]:
    if not s3.credentials_secret:
        return []
    return [secret_variable(key, s3.credentials_secret, key) for key in _CREDENTIALS]
