"""The CronJob that proves the backups: it restores the newest verified one into a throw-away PostgreSQL.

The server runs beside the program in the same Pod, listens on the loopback device only, and goes with the
Pod: no address, no password and no volume of it outlives the drill.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.backup_program import DEADLINE, own_place, pod
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.cron import judge_runs
from resee_operator.components.jobs import results
from resee_operator.components.pods import DATA_USER, Container, exec_probe
from resee_operator.components.topology import POSTGRES_PORT
from resee_operator.stages import Resolved

NAME = "drill"
CONDITION: str | None = "BackupHealthy"

_SERVER: Final = "throw-away"
_DATA: Final = "/var/lib/postgresql/data"
_SOCKETS: Final = "/var/run/postgresql"
_LATE: Final = 3600
_KEPT_JOBS: Final = 1
_KEPT_SECONDS: Final = 600
"""How long a drill that has ended keeps a volume of its own, in seconds: until its result has been read."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The CronJob, where a drill is scheduled and there are backups to prove."""
    return [_cron_job(resolved, facts)] if _wanted(resolved) else []


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the last drill that was due has passed."""
    if not _wanted(resolved):
        return Verdict(True, Reason.NOT_NEEDED, "no drill is scheduled by spec.backup.drill.schedule")
    name = resolved.child(NAME)
    cron_job = live.get("CronJob", name)
    if cron_job is None:
        return Verdict(False, Reason.MISSING, f"CronJob {name} does not exist yet")
    if resolved.suspended:
        return Verdict(True, Reason.SUSPENDED, f"CronJob {name} is suspended")
    pods = live.pods(NAME)
    due = f"{resolved.backup.drill_schedule} ({resolved.backup.time_zone})"
    found = judge_runs(cron_job, pods, "restore drill", due)
    known: dict[str, Any] = {"lastDrillFailure": found.failed} if found.failed else {}
    passed = [result for result in results(pods) if result.ok]
    if passed:
        newest = max(passed, key=lambda result: result.at)
        known |= {"lastDrill": newest.at, "rtoSeconds": round(float(newest.said.get("rtoSeconds", 0)))}
    return Verdict(found.healthy, found.reason, found.message, {"backup": known})


def _wanted(resolved: Resolved) -> bool:
    return resolved.backup.enabled and resolved.backup.drill_schedule is not None


def _cron_job(resolved: Resolved, facts: Facts) -> Manifest:
    job: Manifest = {
        "backoffLimit": 0,
        "activeDeadlineSeconds": DEADLINE,
        "template": _template(resolved, facts),
    }
    if resolved.backup.drill_volume_size:
        job["ttlSecondsAfterFinished"] = _KEPT_SECONDS
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": meta.metadata(resolved, resolved.child(NAME), NAME),
        "spec": {
            "schedule": resolved.backup.drill_schedule,
            "timeZone": resolved.backup.time_zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": _LATE,
            "successfulJobsHistoryLimit": _KEPT_JOBS,
            "failedJobsHistoryLimit": _KEPT_JOBS,
            "suspend": resolved.suspended,
            "jobTemplate": {"metadata": {"labels": meta.labels(resolved, NAME)}, "spec": job},
        },
    }


def _template(resolved: Resolved, facts: Facts) -> Manifest:
    address = {
        "name": "BACKUP_DRILL_DATABASE_URL",
        "value": f"postgres://resee@127.0.0.1:{POSTGRES_PORT}/resee",
    }
    made = pod(resolved, ["drill"], own_place(resolved), env=[address], component=NAME, database=False)
    made = replace(made, volumes=[*made.volumes, _data(resolved), {"name": "sockets", "emptyDir": {}}])
    template = made.template(resolved, facts)
    template["spec"]["initContainers"] = [_server(resolved)]
    return template


def _data(resolved: Resolved) -> Manifest:
    size = resolved.backup.drill_volume_size
    if size is None:
        return {"name": "data", "emptyDir": {}}
    spec: Manifest = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"name": "data", "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}


def _server(resolved: Resolved) -> Manifest:
    """PostgreSQL as a sidecar that is up before the program starts and ends when it has ended. It has the
    parameters of the one that serves, so that the time of the drill is that of a restore."""
    parameters = {**resolved.database.parameters, "listen_addresses": "127.0.0.1"}
    container = Container(
        name=_SERVER,
        image=resolved.images.drill,
        args=["postgres", *(word for item in sorted(parameters.items()) for word in ("-c", "=".join(item)))],
        env=[
            {"name": "POSTGRES_USER", "value": "resee"},
            {"name": "POSTGRES_DB", "value": "resee"},
            {"name": "POSTGRES_HOST_AUTH_METHOD", "value": "trust"},
            {"name": "PGDATA", "value": f"{_DATA}/pgdata"},
        ],
        mounts=[{"name": "data", "mountPath": _DATA}, {"name": "sockets", "mountPath": _SOCKETS}],
        probes={
            "startupProbe": exec_probe(
                "pg_isready",
                "--quiet",
                "--host=127.0.0.1",
                periodSeconds=1,
                timeoutSeconds=5,
                failureThreshold=300,
            )
        },
    )
    made = container.manifest(resolved, replace(resolved.database.pods, env=()))
    security = {**made["securityContext"], "runAsUser": DATA_USER, "runAsGroup": DATA_USER}
    return {**made, "securityContext": security, "restartPolicy": "Always"}
