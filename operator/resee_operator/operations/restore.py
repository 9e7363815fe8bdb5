"""Restores: a ReseeRestore, or the backup that a new deployment begins with (spec.restore).

preflight -> maintenance page, writers stopped -> safety backup -> restore into a new database, compared ->
exchange by renaming -> migrate -> open. Until the exchange the old database is as it was, and a failure opens
Resee on it again. `restore_phases` says when a phase is over, `restore_jobs` what runs in it.

The memory is the status: of the ReseeRestore, and status.restore of the deployment. A phase is written after
its objects; what a kill leaves between the two is found again by the Jobs, which therefore stay to the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from resee_operator.api.requests import ReseeRestoreSpec, RestorePhase
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.operations.backup import moment, parsed
from resee_operator.operations.base import Course, Live, StatusWrite
from resee_operator.operations.restore_jobs import WITH_JOBS
from resee_operator.operations.restore_phases import Look, Request, Step, advance
from resee_operator.stages import Resolved, backups
from resee_operator.stages.resolved import S3

NAME = "restore"
KIND: Final = "ReseeRestore"
ENDED: Final = (RestorePhase.SUCCEEDED, RestorePhase.FAILED)

_ORDER: Final = tuple(RestorePhase)
_AGAIN: Final = 60.0
"""Seconds until the first restore of a new deployment is tried again: it has nothing else to serve."""
_LOOK_AGAIN: Final = 15.0
"""Seconds between two looks at writers that should end, for their deadline."""
_SHOWN: Final = 1000

_CLOSED: Final = frozenset(
    {
        RestorePhase.STOPPING,
        RestorePhase.SAVING,
        RestorePhase.RESTORING,
        RestorePhase.SWAPPING,
        RestorePhase.MIGRATING,
    }
)


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Carry the oldest restore on by as much as the cluster allows now."""
    known: Mapping[str, Any] = ((live.resee or {}).get("status") or {}).get(NAME) or {}
    course = course.further(resolved=replace(course.resolved, restored=str(known.get("uid") or "")))
    request = _first(course.resolved, known, now)
    waiting = _asked(course.resolved, live)
    if request is None and waiting:
        request, *waiting = waiting
    for other in waiting:
        before = f"ReseeRestore {request.name}" if request and request.name else "the first restore"
        change = {"phase": RestorePhase.WAITING.value, "message": f"waits for {before}"}
        course = course.further(writes=[StatusWrite(KIND, other.name, change)])
    if request is None:
        return _after(course, live, known)
    return _carry_on(course, Look(course.resolved, live, request, now), known)


def _first(resolved: Resolved, known: Mapping[str, Any], now: datetime) -> Request | None:
    """The restore that a new deployment begins with, as long as it has not been made."""
    if resolved.restore is None or known.get("name") or known.get("phase") == RestorePhase.SUCCEEDED:
        return None
    memory = known
    if known.get("phase") == RestorePhase.FAILED:
        tried = (now - parsed(known["finished"])).total_seconds()
        memory = {} if tried >= _AGAIN else known
    return Request("", resolved.uid, resolved.restore, safety=False, memory=memory)


def _asked(resolved: Resolved, live: Live) -> list[Request]:
    """The ReseeRestores that have not ended, the oldest first."""
    found = [item for item in live.all_of(KIND) if (item.get("status") or {}).get("phase") not in ENDED]
    found.sort(key=lambda item: (item["metadata"].get("creationTimestamp", ""), item["metadata"]["name"]))
    return [_request(resolved, item) for item in found]


def _request(resolved: Resolved, found: Manifest) -> Request:
    metadata = found["metadata"]
    spec = ReseeRestoreSpec.model_validate(found["spec"])
    own = resolved.backup.destination
    source = backups.restore(spec, own, resolved.namespace, resolved.name)
    uid = str(metadata.get("uid") or metadata["name"])
    return Request(metadata["name"], uid, source, spec.safety_backup, found.get("status") or {})


def _carry_on(course: Course, look: Look, known: Mapping[str, Any]) -> Course:
    request = look.request
    if request.initial and request.phase is RestorePhase.FAILED:
        step = Step(RestorePhase.FAILED, str(request.memory.get("message", "")))
    else:
        step = advance(look)
    memory = {**request.memory, **step.learned, "phase": step.phase.value, "message": step.message[:_SHOWN]}
    if step.phase in ENDED:
        memory.setdefault("finished", moment(look.now))
    look = replace(look, request=replace(request, memory=memory))
    placed = _placed(step.phase, request, known)
    course = course.further(
        resolved=_resolved(look, step.phase, placed),
        objects=_jobs(look, step.phase),
        blocks=_blocks(look.request, step.phase),
        status={NAME: {**memory, "name": request.name, "uid": placed}},
        verdicts=_verdicts(look.request, step),
        again=_again(look.request, step.phase),
    )
    if request.initial:
        return course
    change = {name: value for name, value in memory.items() if name not in ("name", "uid")}
    return course.further(writes=[StatusWrite(KIND, request.name, change)])


def _placed(phase: RestorePhase, request: Request, known: Mapping[str, Any]) -> str:
    """Whose data is in place, or may be: from the moment on at which the databases are exchanged."""
    exchanged = phase in (RestorePhase.SWAPPING, RestorePhase.MIGRATING)
    done = phase in ENDED and request.phase in (RestorePhase.SWAPPING, RestorePhase.MIGRATING)
    return request.uid if exchanged or done else str(known.get("uid") or "")


def _resolved(look: Look, phase: RestorePhase, placed: str) -> Resolved:
    source = look.request.source.destination
    return replace(
        look.resolved,
        closed=phase in _CLOSED,
        restored=placed,
        buckets=(source,) if isinstance(source, S3) else (),
    )


def _jobs(look: Look, phase: RestorePhase) -> list[Manifest]:
    """The Job of the phase, and those before it that are still there."""
    if look.request.initial and phase is RestorePhase.FAILED:
        return []
    wanted = []
    for one in WITH_JOBS:
        lost = one is RestorePhase.CHECKING is phase and _is_lost(look)
        exists = look.live.get("Job", look.jobs.name(one)) is not None
        reached = phase in ENDED or _ORDER.index(one) <= _ORDER.index(phase)
        if not lost and (one is phase or (exists and reached)):
            wanted.append(look.jobs.manifest(one))
    return wanted


def _is_lost(look: Look) -> bool:
    """Whether the check has ended and its Pod has gone with its word: then it is made once more."""
    run = look.jobs.run(RestorePhase.CHECKING, look.live)
    return run.phase.value == "Complete" and not run.result


def _blocks(request: Request, phase: RestorePhase) -> dict[str, str]:
    """Nothing is migrated while the database is about to be another one."""
    before = phase in (*_CLOSED, RestorePhase.WAITING, RestorePhase.CHECKING, RestorePhase.FAILED)
    if phase is RestorePhase.MIGRATING or not (before if request.initial else phase in _CLOSED):
        return {}
    what = (
        "the backup that this deployment begins with" if request.initial else f"ReseeRestore {request.name}"
    )
    return {"migration": f"{what} is restored first"}


def _verdicts(request: Request, step: Step) -> dict[str, Verdict]:
    if step.phase is RestorePhase.FAILED:
        return {NAME: _failed(request.name, step.message)}
    if step.phase is RestorePhase.SUCCEEDED or (step.phase not in _CLOSED and not request.initial):
        return {}
    return {NAME: Verdict(False, Reason.RESTORE_RUNNING, f"{step.phase}: {step.message}")}


def _again(request: Request, phase: RestorePhase) -> float | None:
    if request.initial and phase is RestorePhase.FAILED:
        return _AGAIN
    return _LOOK_AGAIN if phase is RestorePhase.STOPPING else None


def _after(course: Course, live: Live, known: Mapping[str, Any]) -> Course:
    """A restore that failed is told of until somebody takes it away."""
    name = str(known.get("name") or "")
    if known.get("phase") != RestorePhase.FAILED or not name or live.get(KIND, name) is None:
        return course
    return course.further(verdicts={NAME: _failed(name, str(known.get("message", "")))})


def _failed(name: str, message: str) -> Verdict:
    if not name:
        said = f"the backup that this deployment begins with is tried again each minute: {message}"
        return Verdict(False, Reason.RESTORE_FAILED, said)
    said = f"ReseeRestore {name} failed: {message} (delete it when you have read this)"
    return Verdict(False, Reason.RESTORE_FAILED, said)
