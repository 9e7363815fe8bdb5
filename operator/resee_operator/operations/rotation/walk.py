"""One look at a rotation, and what every kind of credential has to tell: each step of its way, by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from resee_operator.components import rotation_jobs
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.components.jobs import JobPhase, run_of
from resee_operator.operations.base import Course, Live, SecretChange
from resee_operator.stages import Resolved

NAME = "rotation"
FORM: Final = "%Y-%m-%dT%H:%M:%SZ"

_SOON: Final = 0.1

Memory = dict[str, Any]
Changes = Sequence[SecretChange]
Jobs = Sequence[Manifest]


@dataclass(frozen=True)
class Walk:
    """One look at a rotation."""

    course: Course
    live: Live
    now: datetime
    memory: Memory

    @property
    def resolved(self) -> Resolved:
        """The deployment."""
        return self.course.resolved

    @property
    def asked(self) -> str:
        """The text that asked for it."""
        return str(self.memory["asked"])

    def secret(self, name: str) -> Mapping[str, str]:
        """Data of one of our own Secrets."""
        return self.live.secret(name) or {}

    def enter(self, phase: str, jobs: Jobs = ()) -> Course:
        """Remember the next phase. It changes the Secrets itself, in the next pass, and the Jobs that led to
        it stay until then: a kill before the phase is written leads to the same phase again."""
        memory = {**self.memory, "phase": phase, "since": self.now.strftime(FORM)}
        entered = replace(self, memory=memory).waits(f"credentials are rotated: {phase}", jobs)
        return replace(entered, again=_SOON)

    def waits(
        self, message: str, jobs: Jobs = (), *, reason: Reason = Reason.ROTATING, secrets: Changes = ()
    ) -> Course:
        """What this phase needs, and that it is under way."""
        course = self.course.further(
            objects=jobs,
            status={NAME: {**self.memory, "message": message}},
            verdicts={NAME: Verdict(False, reason, message)},
            again=_SOON if secrets else None,
        )
        return replace(course, secrets=tuple(secrets))

    def waits_for(self, jobs: Jobs) -> Course | None:
        """The wait for the Jobs; None once all are complete."""
        runs = {
            str(job["metadata"]["name"]): run_of(
                self.live, str(job["metadata"]["name"]), rotation_jobs.COMPONENT
            )
            for job in jobs
        }
        for name, run in runs.items():
            if run.phase is JobPhase.FAILED:
                message = f"Job {name} failed ({run.said}): the old goes on; delete the Job to try again"
                return self.waits(message, jobs, reason=Reason.JOB_FAILED)
        for name, run in runs.items():
            if run.phase is not JobPhase.COMPLETE:
                said = f": {run.trouble.sentence}" if run.trouble else ""
                return self.waits(f"Job {name} is under way{said}", jobs)
        return None


class Part(Protocol):
    """One kind of credential: a module with these names. Each says what is still to be done; what has been
    done is in its Secret."""

    def ours(self, resolved: Resolved) -> bool:
        """Whether it is ours to change."""

    def prepare(self, walk: Walk) -> Changes:
        """New values beside those in use, and that both are accepted."""

    def accepting(self, walk: Walk) -> Jobs:
        """What makes sure that the new one is accepted everywhere."""

    def switch(self, walk: Walk) -> Changes:
        """The new values in the place of the old ones, which stay accepted."""

    def using(self, walk: Walk) -> Jobs:
        """What makes sure that servers use the new one among each other."""

    def refuse(self, walk: Walk) -> Changes:
        """What servers are told, so that they refuse the old one."""

    def refusing(self, walk: Walk) -> Jobs:
        """What makes sure that the old one is refused."""

    def forget(self, walk: Walk) -> Changes:
        """The Secret without what only the rotation needed."""
