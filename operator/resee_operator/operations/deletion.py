"""deletionPolicy Snapshot: a last verified backup before anything goes, or the deletion waits and says why.

A finalizer holds the ReseeDeployment until then. Writers are stopped first, so that the backup holds every
acknowledged row; the volumes of the data go with it, the backups and Secrets stay.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from resee_operator.api.deployment import DeletionPolicy
from resee_operator.components import backup, postgres
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.components.jobs import JobPhase, run_of
from resee_operator.components.topology import worker_label
from resee_operator.operations.base import Course, Live
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import Scale

NAME = "deletion"

FORCE: Final = "resee.io/delete-without-backup"
"""Annotation of a ReseeDeployment that is being deleted: "true" lets it go without its last backup."""
RETRY_AFTER: Final = timedelta(minutes=5)
"""Time after which a last backup that failed is tried again: the bucket may be back by then."""
_COMPONENT: Final = "app.kubernetes.io/component"
_NONE: Final = Scale(replicas=0)


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Hold what has to be backed up before it is deleted, and let it go afterwards."""
    metadata = (live.resee or {}).get("metadata") or {}
    snapshot = course.resolved.deletion_policy is DeletionPolicy.SNAPSHOT
    if not metadata.get("deletionTimestamp"):
        return replace(course, finalizer=snapshot)
    if not snapshot:
        return replace(course, finalizer=False)
    resolved = _without_writers(course.resolved)
    name = resolved.child(f"backup-final-{str(metadata.get('uid', ''))[:8]}")
    run = run_of(live, name, backup.NAME)
    if run.phase is JobPhase.COMPLETE:
        # The Job stays wanted: without it a pass that is cut off here would want another backup.
        done = course.further(resolved=resolved, objects=[backup.job(resolved, name)])
        return replace(done, finalizer=False, removes=_volumes(live))
    message, objects = _state(resolved, live, name, now)
    held = course.further(
        resolved=resolved,
        objects=objects,
        blocks={"migration": "the deployment is being deleted"},
        verdicts={NAME: Verdict(False, _reason(run.phase, run.trouble is not None), message)},
        again=RETRY_AFTER.total_seconds(),
    )
    return replace(held, finalizer=True)


def is_forced(resee: Manifest) -> bool:
    """Whether it is being deleted and may go without its last backup."""
    metadata = resee["metadata"]
    annotations = metadata.get("annotations") or {}
    return bool(metadata.get("deletionTimestamp")) and annotations.get(FORCE) == "true"


def _state(resolved: Resolved, live: Live, name: str, now: datetime) -> tuple[str, list[Manifest]]:
    """What the deletion waits for, and what it needs for that."""
    run = run_of(live, name, backup.NAME)
    job = backup.job(resolved, name)
    if run.phase is JobPhase.FAILED:
        force = f"annotate it with {FORCE}=true to delete without a backup"
        message = f"deletion waits: the last backup failed ({run.said}); it is tried again every 5 minutes; "
        again = now - _ended(live.get("Job", name)) >= RETRY_AFTER
        return message + force, [] if again else [job]
    if run.phase is JobPhase.RUNNING:
        said = f": {run.trouble.sentence}" if run.trouble else ""
        return f"deletion waits for the last backup, Job {name}{said}", [job]
    writers = ["web", *(worker_label(group.name) for group in resolved.workers)]
    left = [pod["metadata"]["name"] for component in writers for pod in live.pods(component)]
    if left:
        return f"deletion waits until nobody writes any more: Pod {left[0]} ends", []
    database = postgres.health(resolved, live)
    if not database.healthy:
        return f"deletion waits for the database, which the last backup needs: {database.message}", []
    return f"deletion waits for the last backup, Job {name}", [job]


def _reason(phase: JobPhase, trouble: bool) -> Reason:
    return Reason.BACKUP_FAILED if phase is JobPhase.FAILED or trouble else Reason.RUNNING


def _without_writers(resolved: Resolved) -> Resolved:
    """The database and what backs it up; web and workers gone, also where it was suspended."""
    return replace(
        resolved,
        suspended=False,
        closed=True,
        web=replace(resolved.web, scale=_NONE),
        workers=tuple(replace(group, scale=_NONE) for group in resolved.workers),
        backup=replace(resolved.backup, enabled=True),
    )


def _volumes(live: Live) -> tuple[Manifest, ...]:
    """The claims of the data, without the backups', and the Cluster of CloudNativePG, which holds its own."""
    claims = [*live.all_of("PersistentVolumeClaim"), *live.all_of("Cluster")]
    return tuple(one for one in claims if one["metadata"]["labels"][_COMPONENT] != backup.NAME)


def _ended(job: Manifest | None) -> datetime:
    """When a Job failed."""
    conditions: list[dict[str, Any]] = ((job or {}).get("status") or {}).get("conditions") or []
    times = [one.get("lastTransitionTime") for one in conditions if one["type"] == "Failed"]
    if not times or not times[0]:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.fromisoformat(times[0])
