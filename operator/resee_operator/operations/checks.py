"""Looks at servers that somebody else runs: before anything is built on them, when their Secret or the spec
changes, and now and then.

What was found becomes the verdict on the database or Redis. A server that turns out to be unfit later holds
back new versions and stops nothing; one that was never found fit gets no data. Where a look gives no answer,
as with an image that does not know how, the server counts as it did before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from resee_operator.components import postgres, redis, server_checks
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.components.jobs import JobPhase, Run, run_of
from resee_operator.components.server_checks import Check
from resee_operator.operations.base import Course, Live

NAME = "checks"

_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_PERIOD: Final = timedelta(hours=1)
"""Between two looks at a server that was fit: a changed setting or right is told within it."""
_SOON: Final = timedelta(minutes=1)
"""Between two looks at one that was not: somebody is mending it."""
_LONGEST: Final = 2000
"""Characters of a message; the status holds 2048."""

Memory = dict[str, Any]


@dataclass(frozen=True)
class _Look:
    """One server, and what is remembered of the last look at it."""

    check: Check
    run: Run
    job: Manifest
    of: str
    turn: int
    memory: Memory
    due: bool

    @property
    def ended(self) -> bool:
        return self.run.phase in (JobPhase.COMPLETE, JobPhase.FAILED)


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Look at each server of somebody else, and tell what was found."""
    resolved = course.resolved
    wanted = server_checks.wanted(resolved)
    if not wanted or resolved.suspended or resolved.closed:
        return course
    if not all(part.health(resolved, live).healthy for part in (postgres, redis) if _theirs(part, wanted)):
        # The Pods could not start, and the components say why.
        return course
    status = (live.resee or {}).get("status") or {}
    for check in wanted:
        memory = dict((status.get(NAME) or {}).get(check.name) or {})
        course = _further(course, _look(course, live, now, check, memory), now, bool(status.get("images")))
    return course


def _theirs(part: Any, wanted: tuple[Check, ...]) -> bool:
    return part.NAME in {check.component for check in wanted}


def _look(course: Course, live: Live, now: datetime, check: Check, memory: Memory) -> _Look:
    of = server_checks.identity(course.resolved, check, live.secret(check.secret) or {})
    due = memory.get("of") != of or _left(memory, now) <= timedelta()
    turn = int(memory.get("turn", 0)) + due
    job = server_checks.job(course.resolved, check, f"{of} {turn}")
    run = run_of(live, str(job["metadata"]["name"]), server_checks.COMPONENT)
    return _Look(check, run, job, of, turn, memory, due)


def _left(memory: Memory, now: datetime) -> timedelta:
    """Time until the next look."""
    at = datetime.strptime(memory["at"], _FORM).replace(tzinfo=UTC)
    return at + (_PERIOD if memory.get("ok") else _SOON) - now


def _further(course: Course, look: _Look, now: datetime, has_run: bool) -> Course:
    memory = look.memory
    if look.due and look.ended:
        memory = {"of": look.of, "turn": look.turn, "at": now.strftime(_FORM), **_found(look)}
    verdict = _verdict(look, memory)
    waits = look.check.component == redis.NAME and not verdict.healthy and not has_run
    known = bool(memory)
    # A Job that has told stays to be read, and is not made anew where somebody has deleted it.
    wanted = look.due or look.run.phase is not JobPhase.ABSENT
    return course.further(
        objects=[look.job] if wanted else (),
        status={NAME: {**course.status.get(NAME, {}), look.check.name: memory}} if known else None,
        verdicts={look.check.component: verdict},
        # PostgreSQL's verdict is a gate of its own; nothing waits for Redis'.
        blocks={"web": verdict.message} if waits else None,
        again=max(_left(memory, now).total_seconds(), 1.0) if known and not look.due else None,
    )


def _found(look: _Look) -> Memory:
    """The Job's answer, for the memory."""
    answer = look.run.result
    if answer is None or not isinstance(answer.get("ok"), bool):
        if look.memory.get("of") == look.of:
            return {"ok": look.memory["ok"], "message": look.memory["message"]}
        # What the Pod said instead may hold anything, and stays in its log.
        name = look.job["metadata"]["name"]
        message = f"{look.check.place} could not be checked: see kubectl logs job/{name}"
        return {"ok": True, "message": message[:_LONGEST]}
    said = str(answer.get("message", ""))
    if answer["ok"]:
        warnings = "".join(f"; warning: {warning}" for warning in answer.get("warnings") or ())
        return {"ok": True, "message": f"{said}{warnings}"[:_LONGEST]}
    message = f"{look.check.place}: {said}; {answer.get('remedy', '')}"
    return {"ok": False, "message": message[:_LONGEST]}


def _verdict(look: _Look, memory: Memory) -> Verdict:
    if memory.get("ok"):
        return Verdict(True, Reason.READY, str(memory["message"]))
    if memory:
        return Verdict(False, Reason.PREFLIGHT_FAILED, str(memory["message"]))
    if look.run.trouble:
        return Verdict(False, look.run.trouble.reason, look.run.trouble.sentence)
    name = look.job["metadata"]["name"]
    return Verdict(False, Reason.RUNNING, f"Job {name} looks at the server that {look.check.place} names")
