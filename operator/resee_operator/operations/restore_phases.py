"""From one phase of a restore to the next: each phase looks at the cluster and says whether it is over.

Pure, and without a memory of its own: a phase that is looked at again says the same again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from resee_operator.api.requests import BackupPhase, RestorePhase
from resee_operator.api.types import BACKUP_ID
from resee_operator.components import migration, postgres
from resee_operator.components.base import Reason
from resee_operator.components.jobs import JobPhase
from resee_operator.components.meta import COMPONENT_LABEL
from resee_operator.operations.backup import moment, parsed
from resee_operator.operations.base import Live
from resee_operator.operations.restore_jobs import LATEST, Jobs
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import Restore

POPULATED: Final = "DatabasePopulated"
"""The program's reason where a database that should be new holds tables."""

_STOP_SECONDS: Final = 600
"""Time that whoever may write gets to end: a worker gets 150 seconds, and its node may be slow."""
_WRITERS: Final = ("web", "worker", "beat", "migration")
"""Components, as far as to a hyphen, that write into the database."""

Memory = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A restore that was asked for.

    Args:
        name: of the ReseeRestore; empty for spec.restore, the one that a new deployment begins with.
        safety: whether the present data is backed up before.
        memory: its status until now.
    """

    name: str
    uid: str
    source: Restore
    safety: bool
    memory: Mapping[str, Any]

    @property
    def initial(self) -> bool:
        return not self.name

    @property
    def phase(self) -> RestorePhase:
        return RestorePhase(self.memory.get("phase") or RestorePhase.WAITING)


@dataclass(frozen=True, slots=True)
class Step:
    """What a look at a phase came to: the phase that it is now, a sentence, and what to remember."""

    phase: RestorePhase
    message: str
    learned: Memory = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What a phase looks at."""

    resolved: Resolved
    live: Live
    request: Request
    now: datetime

    @property
    def jobs(self) -> Jobs:
        request = self.request
        known = str(request.memory.get("backup") or "")
        return Jobs(self.resolved, request.uid, request.source, request.initial, known)


def advance(look: Look) -> Step:
    """As far as it goes now. What is learned on the way is remembered in one piece."""
    learned: Memory = {}
    while True:
        phase = look.request.phase
        step = (
            _PHASES[phase](look) if phase in _PHASES else Step(phase, look.request.memory.get("message", ""))
        )
        learned |= step.learned
        if step.phase is phase:
            return replace(step, learned=learned)
        memory = {**look.request.memory, **step.learned, "phase": step.phase.value, "message": step.message}
        look = replace(look, request=replace(look.request, memory=memory))


def _waiting(look: Look) -> Step:
    """Which backup is meant, and whether the database is there to be asked."""
    if look.resolved.suspended:
        return Step(RestorePhase.WAITING, "waits until spec.suspend is false")
    found = _named(look)
    if found.phase is not RestorePhase.CHECKING:
        return found
    database = postgres.health(look.resolved, look.live)
    if not database.healthy:
        return Step(RestorePhase.WAITING, f"waits for the database: {database.message}")
    return Step(found.phase, found.message, {**found.learned, "started": moment(look.now)})


def _named(look: Look) -> Step:
    """The backup that the user names: the newest verified one, an identifier, or that of a ReseeBackup."""
    name = look.request.source.backup
    if name == LATEST:
        return Step(RestorePhase.CHECKING, "the newest verified backup is looked for")
    if re.fullmatch(BACKUP_ID, name):
        return Step(RestorePhase.CHECKING, f"backup {name} is looked at", {"backup": name})
    asked = look.live.get("ReseeBackup", name)
    status = (asked or {}).get("status") or {}
    if asked is None:
        message = f"there is no ReseeBackup {name} of this deployment: kubectl get reseebackups lists them"
        return Step(RestorePhase.FAILED, message)
    if status.get("phase") == BackupPhase.FAILED:
        return Step(RestorePhase.FAILED, f"ReseeBackup {name} failed: name another one")
    if status.get("phase") != BackupPhase.SUCCEEDED:
        return Step(RestorePhase.WAITING, f"waits for ReseeBackup {name}")
    return Step(
        RestorePhase.CHECKING, f"backup {status['backup']} is looked at", {"backup": status["backup"]}
    )


def _checking(look: Look) -> Step:
    run = look.jobs.run(RestorePhase.CHECKING, look.live)
    if run.phase is JobPhase.FAILED:
        return Step(RestorePhase.FAILED, f"the backup cannot be restored, nothing was changed: {run.why}")
    if run.phase is not JobPhase.COMPLETE or not run.result:
        what = f"versions, space and checksum are looked at{_but(run.why)}"
        return Step(RestorePhase.CHECKING, what)
    if (run.result or {}).get("reason") == POPULATED:
        return Step(
            RestorePhase.SUCCEEDED, "the database held data already, which is kept; nothing was restored"
        )
    learned = {"backup": str((run.result or {}).get("backup", ""))}
    if look.request.initial:
        return Step(
            RestorePhase.RESTORING, "the backup can be restored", {**learned, "closed": moment(look.now)}
        )
    return Step(RestorePhase.STOPPING, "the backup can be restored", {**learned, "closed": moment(look.now)})


def _stopping(look: Look) -> Step:
    running = sorted(_writers(look.live))
    if not running:
        saved = RestorePhase.SAVING if look.request.safety else RestorePhase.RESTORING
        return Step(saved, "nobody writes any more")
    waited = (look.now - parsed(look.request.memory["closed"])).total_seconds()
    if waited > _STOP_SECONDS:
        message = f"{running[0]} did not end within {_STOP_SECONDS} s; the old database serves on"
        return Step(RestorePhase.FAILED, message)
    return Step(RestorePhase.STOPPING, f"waits for the end of {running[0]}")


def _writers(live: Live) -> Iterator[str]:
    """Whoever may still write into the database."""
    for deployment in live.all_of("Deployment"):
        status, name = deployment.get("status") or {}, deployment["metadata"]["name"]
        if not _may_write(deployment):
            continue
        unseen = status.get("observedGeneration", 0) < deployment["metadata"].get("generation", 0)
        if unseen or deployment["spec"].get("replicas", 1) or status.get("replicas", 0):
            yield f"Deployment {name}"
    for pod in live.all_of("Pod"):
        ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
        if _may_write(pod) and not ended:
            yield f"Pod {pod['metadata']['name']}"


def _may_write(found: Mapping[str, Any]) -> bool:
    component = str((found["metadata"].get("labels") or {}).get(COMPONENT_LABEL, ""))
    return component.partition("-")[0] in _WRITERS


def _saving(look: Look) -> Step:
    run = look.jobs.run(RestorePhase.SAVING, look.live)
    if run.phase is JobPhase.FAILED:
        message = (
            f"the present data could not be saved, so that it serves on: {run.why}. "
            "Where it cannot be read any more, restore with safetyBackup: false"
        )
        return Step(RestorePhase.FAILED, message)
    if run.phase is not JobPhase.COMPLETE:
        return Step(RestorePhase.SAVING, f"the present data is backed up{_but(run.why)}")
    saved = (run.result or {}).get("backup")
    return Step(RestorePhase.RESTORING, "the present data is saved", {"safetyBackup": saved} if saved else {})


def _restoring(look: Look) -> Step:
    run = look.jobs.run(RestorePhase.RESTORING, look.live)
    if run.phase is JobPhase.FAILED:
        return Step(RestorePhase.FAILED, f"the restore failed, the old database serves on: {run.why}")
    if run.phase is not JobPhase.COMPLETE:
        what = f"backup {look.jobs.backup} is restored into a new database{_but(run.why)}"
        return Step(RestorePhase.RESTORING, what)
    return Step(RestorePhase.SWAPPING, "the new database is what was backed up")


def _swapping(look: Look) -> Step:
    run = look.jobs.run(RestorePhase.SWAPPING, look.live)
    if run.phase is JobPhase.FAILED:
        return Step(
            RestorePhase.FAILED, f"the databases could not be exchanged, the old one serves on: {run.why}"
        )
    if run.phase is not JobPhase.COMPLETE:
        return Step(RestorePhase.SWAPPING, f"the new database takes the place of the old one{_but(run.why)}")
    previous = (run.result or {}).get("previousDatabase")
    return Step(
        RestorePhase.MIGRATING, "the data is in place", {"previousDatabase": previous} if previous else {}
    )


def _migrating(look: Look) -> Step:
    resolved = replace(look.resolved, restored=look.request.uid)
    verdict = migration.health(resolved, look.live)
    if verdict.healthy:
        return Step(RestorePhase.SUCCEEDED, _done(look.request))
    if verdict.reason is Reason.JOB_FAILED:
        back = look.request.memory.get("safetyBackup")
        way_back = f", or restore the safety backup {back}" if back else ""
        message = f"the restored data cannot be migrated: {verdict.message}{way_back}"
        return Step(RestorePhase.MIGRATING, message)
    return Step(RestorePhase.MIGRATING, f"the restored data is migrated: {verdict.message}")


def _done(request: Request) -> str:
    previous = request.memory.get("previousDatabase")
    kept = f"; the data before stays as database {previous}" if previous and not request.initial else ""
    return f"backup {request.memory.get('backup')} is restored{kept}"


def _but(trouble: str) -> str:
    return f", but: {trouble}" if trouble else ""


_PHASES: Final[Mapping[RestorePhase, Callable[[Look], Step]]] = {
    RestorePhase.WAITING: _waiting,
    RestorePhase.CHECKING: _checking,
    RestorePhase.STOPPING: _stopping,
    RestorePhase.SAVING: _saving,
    RestorePhase.RESTORING: _restoring,
    RestorePhase.SWAPPING: _swapping,
    RestorePhase.MIGRATING: _migrating,
}
