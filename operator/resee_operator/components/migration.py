"""The Job that brings the database to the schema of the image. Its name says which image and command it
ran."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from resee_operator.components import backend, meta
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.jobs import JobPhase, run_of
from resee_operator.components.pods import Pod, digest
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

PREFLIGHT: Final = "preflight"
"""Component label of the preflight's Pods."""
_LOOK: Final = ("python3", "manage.py", "preflight", "--report", "/dev/termination-log")


def preflight_name(resolved: Resolved) -> str:
    """Name of the Job that looks at the database with the image before anything is changed."""
    return resolved.child(f"preflight-{digest(_preflight(resolved).spec(resolved))[:_SUFFIX]}")


def preflight(resolved: Resolved) -> Manifest:
    """The Job that pulls the image, checks it, and says what its migrations would do. It changes nothing."""
    template = {
        "metadata": {"labels": meta.labels(resolved, PREFLIGHT)},
        "spec": _preflight(resolved).spec(resolved),
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta.metadata(resolved, preflight_name(resolved), PREFLIGHT),
        "spec": {"backoffLimit": _RETRIES, "activeDeadlineSeconds": _DEADLINE, "template": template},
    }


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The Job. A changed database address makes it run anew, and so do a changed image and a restore."""
    address = facts.secrets.get(resolved.database.secret_name, {}).get("uri")
    annotations = {meta.CHECKSUM_ANNOTATION: digest([address])}
    runs = _pod(resolved).spec(resolved)
    template = {
        "metadata": {"labels": meta.labels(resolved, NAME), "annotations": annotations},
        "spec": runs,
    }
    return [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": meta.metadata(resolved, _name(resolved, runs), NAME),
            "spec": {
                "backoffLimit": _RETRIES,
                "activeDeadlineSeconds": _DEADLINE,
                "suspend": resolved.suspended,
                "template": template,
            },
        }
    ]


def job_name(resolved: Resolved) -> str:
    """Name of the Job: it carries a hash of the image and of all that runs in it, and of the restore whose
    data it migrates."""
    return _name(resolved, _pod(resolved).spec(resolved))


def _name(resolved: Resolved, runs: Manifest) -> str:
    return resolved.child(
        f"migrate-{digest([runs, resolved.restored] if resolved.restored else runs)[:_SUFFIX]}"
    )


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether this image's migrations are done."""
    name = job_name(resolved)
    if resolved.suspended:
        return Verdict(True, Reason.SUSPENDED, f"Job {name} is suspended")
    run = run_of(live, name, NAME)
    if run.phase is JobPhase.ABSENT:
        return Verdict(False, Reason.MISSING, f"Job {name} does not exist yet")
    if run.phase is JobPhase.COMPLETE:
        return Verdict(True, Reason.READY, f"Job {name} has migrated the database")
    if run.phase is JobPhase.FAILED:
        return Verdict(False, Reason.JOB_FAILED, _failure(name, run.said))
    if run.trouble:
        return Verdict(False, run.trouble.reason, run.trouble.sentence)
    return Verdict(False, Reason.RUNNING, f"Job {name} migrates the database")


def _failure(name: str, said: str) -> str:
    return (
        f"Job {name} failed ({said}): see kubectl logs job/{name}, then correct spec.version or the data; "
        "what runs goes on with the former version. To try again as it is, delete the Job"
    )


def _pod(resolved: Resolved) -> Pod:
    return _once(resolved, NAME, _COMMAND)


def _preflight(resolved: Resolved) -> Pod:
    return _once(resolved, PREFLIGHT, _LOOK)


def _once(resolved: Resolved, component: str, command: Sequence[str]) -> Pod:
    container = backend.container(
        resolved,
        component,
        command,
        env=[{"name": "MIGRATE_LOCK_TIMEOUT", "value": _LOCK_TIMEOUT}],
        says_its_end=True,
    )
    return Pod(
        component=component,
        container=container,
        settings=resolved.migration,
        restart_policy="Never",
        service_account=NAME,
    )
