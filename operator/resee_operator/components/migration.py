"""The Job that brings the database to the schema of the image. Its name says which image and command it
ran."""

from __future__ import annotations

from typing import Final

from resee_operator.components import backend, meta
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.pods import Pod, digest
from resee_operator.components.troubles import find_trouble
from resee_operator.stages import Resolved

NAME = "migration"
CONDITION: str | None = "Migrated"

_COMMAND: Final = ("python3", "manage.py", "migrate", "--noinput")
_LOCK_TIMEOUT: Final = "5s"
"""How long a statement waits for a lock. While it waits, every request to the table queues behind it."""
_RETRIES: Final = 3
"""Further attempts, 10, 20 and 40 seconds apart: a lock that is not had now may be had then."""
_DEADLINE: Final = 3600
"""Time for all attempts together, in seconds: an index on a million rows takes minutes."""
_SUFFIX: Final = 10


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The Job. A changed database address makes it run anew, and so does a changed image."""
    address = facts.secrets.get(resolved.database.secret_name, {}).get("uri")
    annotations = {meta.CHECKSUM_ANNOTATION: digest([address])}
    template = {
        "metadata": {"labels": meta.labels(resolved, NAME), "annotations": annotations},
        "spec": _pod(resolved).spec(resolved),
    }
    return [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": meta.metadata(resolved, job_name(resolved), NAME),
            "spec": {
                "backoffLimit": _RETRIES,
                "activeDeadlineSeconds": _DEADLINE,
                "suspend": resolved.suspended,
                "template": template,
            },
        }
    ]


def job_name(resolved: Resolved) -> str:
    """Name of the Job: it carries a hash of the image and of all that runs in it."""
    return resolved.child(f"migrate-{digest(_pod(resolved).spec(resolved))[:_SUFFIX]}")


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether this image's migrations are done."""
    name = job_name(resolved)
    job = live.get("Job", name)
    if resolved.suspended:
        return Verdict(True, Reason.SUSPENDED, f"Job {name} is suspended")
    if job is None:
        return Verdict(False, Reason.MISSING, f"Job {name} does not exist yet")
    ended = {
        condition["type"]: condition
        for condition in job.get("status", {}).get("conditions", [])
        if condition.get("status") == "True"
    }
    if "Complete" in ended:
        return Verdict(True, Reason.READY, f"Job {name} has migrated the database")
    if "Failed" in ended:
        return Verdict(False, Reason.JOB_FAILED, _failure(name, ended["Failed"]))
    trouble = find_trouble(live.pods(NAME))
    if trouble:
        return Verdict(False, trouble.reason, trouble.sentence)
    return Verdict(False, Reason.RUNNING, f"Job {name} migrates the database")


def _failure(name: str, condition: Manifest) -> str:
    said = condition.get("message", "no message")
    return (
        f"Job {name} failed ({said}): see kubectl logs job/{name}, then correct spec.version or the data; "
        "what runs goes on with the former version. To try again as it is, delete the Job"
    )


def _pod(resolved: Resolved) -> Pod:
    container = backend.container(
        resolved, NAME, _COMMAND, env=[{"name": "MIGRATE_LOCK_TIMEOUT", "value": _LOCK_TIMEOUT}]
    )
    return Pod(component=NAME, container=container, settings=resolved.migration, restart_policy="Never")
