"""What every operation shares: the course of a deployment, and what an operation may look at.

An operation takes several passes and keeps its memory in the cluster: in the status (phase, since when) and
in the objects that it wants (a Job's conditions), never in the process. A kill between any two writes is
therefore harmless: the next pass sees the same and goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from resee_operator.components import base
from resee_operator.components.base import Manifest, Verdict
from resee_operator.components.credentials import Random
from resee_operator.stages import Resolved


class Live(base.Live, Protocol):
    """What an operation sees of a deployment: its objects, its status, and what was asked beside it."""

    @property
    def resee(self) -> Manifest | None:
        """The ReseeDeployment with its metadata and status."""

    def all_of(self, kind: str) -> Sequence[Manifest]:
        """All objects of a kind that belong to the deployment, in the order of their names."""


@dataclass(frozen=True, slots=True)
class StatusWrite:
    """A merge patch to the status of a request (ReseeBackup, ReseeRestore); sent if it changes anything."""

    kind: str
    name: str
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SecretChange:
    """Another content of one of our own Secrets, before anything else of the pass.

    Args:
        name: of the Secret.
        values: by key; None takes a key away.
        draw: keys that get a new random value where they have none.
    """

    name: str
    values: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    draw: Mapping[str, Random] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Course:
    """What a pass does, as the operations steer it one after another.

    Args:
        resolved: what is wanted, such as no replicas while a restore runs.
        objects: what the operations need to exist, applied like a component's; what is no longer among them
            is deleted.
        blocks: sentence by step of `engine.gates.ORDER`: what brings another version to run waits at it.
        writes: what the statuses of ReseeBackups and ReseeRestores should say, after the apply.
        status: what the status of the ReseeDeployment should say, by field; None takes a field away. Written
            at once, since it is the operations' memory.
        verdicts: by name; one with the name of a component stands in the place of that component's own.
        again: seconds after which to look again without an event, for deadlines.
        notes: lines for `resee-operator plan`.
        finalizer: whether the ReseeDeployment has to wait for the operator before it goes.
        removes: live objects to be deleted that the diff would keep, such as volumes.
    """

    resolved: Resolved
    objects: tuple[Manifest, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)
    writes: tuple[StatusWrite, ...] = ()
    status: Mapping[str, Any] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    again: float | None = None
    notes: tuple[str, ...] = ()
    finalizer: bool = False
    removes: tuple[Manifest, ...] = ()
    secrets: tuple[SecretChange, ...] = ()
    """Changes of our own Secrets, made one after another before anything is applied."""

    def further(  # noqa: PLR0913 - one for each field
        self,
        *,
        resolved: Resolved | None = None,
        objects: Sequence[Manifest] = (),
        blocks: Mapping[str, str] | None = None,
        writes: Sequence[StatusWrite] = (),
        status: Mapping[str, Any] | None = None,
        verdicts: Mapping[str, Verdict] | None = None,
        again: float | None = None,
        notes: Sequence[str] = (),
    ) -> Course:
        """The course with an operation's part added; where two block a step or look again, the first block
        and the earlier look stand."""
        looks = [moment for moment in (self.again, again) if moment is not None]
        return replace(
            self,
            resolved=resolved or self.resolved,
            objects=(*self.objects, *objects),
            blocks={**(blocks or {}), **self.blocks},
            writes=(*self.writes, *writes),
            status={**self.status, **(status or {})},
            verdicts={**self.verdicts, **(verdicts or {})},
            again=min(looks, default=None),
            notes=(*self.notes, *notes),
        )


class Operation(Protocol):
    """Something that takes several passes: a module with these names."""

    NAME: str

    def steer(self, course: Course, live: Live, now: datetime) -> Course:
        """The course with this operation's part in it; the same course where it has nothing to do. Pure."""
