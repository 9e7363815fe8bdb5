"""What should exist for a deployment, and what of it does not: the manifests are built only where that may
differ from what was found before.

Most passes are brought by the status of a child, which is compared with nothing. What is kept of a deployment
for them is two numbers: of what its manifests are made of, and of its children as they were when nothing
differed. No manifest is kept, so none can be out of date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from resee_operator.components import COMPONENTS
from resee_operator.components.base import Component, Facts
from resee_operator.components.credentials import generated
from resee_operator.engine.actions import Plan
from resee_operator.engine.diff import diff, stamp
from resee_operator.engine.queue import Key
from resee_operator.engine.snapshot import Snapshot
from resee_operator.kube.resources import Manifest
from resee_operator.operations import Course
from resee_operator.stages import Resolved


@dataclass(frozen=True)
class Wanted:
    """The course of a deployment and everything that should exist for it, stamped."""

    course: Course
    manifests: Sequence[Manifest]

    @property
    def resolved(self) -> Resolved:
        return self.course.resolved


def build(course: Course, facts: Facts, components: Sequence[Component] = COMPONENTS) -> Wanted:
    """Everything that should exist. Pure."""
    resolved = course.resolved
    manifests = [manifest for part in components for manifest in part.objects(resolved, facts)]
    secrets = [secret.manifest for secret in generated(resolved)]
    return Wanted(course, [stamp(manifest) for manifest in (*secrets, *manifests, *course.objects)])


@dataclass(frozen=True)
class Draft:
    """A plan, and what it was made of: a digest, and the manifests where they had to be built."""

    plan: Plan
    origin: bytes
    wanted: Wanted | None = None


class Planner:
    """Makes the plans of all deployments; remembers for each what it was made of when nothing differed."""

    def __init__(self, components: Sequence[Component] = COMPONENTS) -> None:
        self._components = components
        self._in_sync: dict[Key, tuple[bytes, int]] = {}

    def plan(self, course: Course, facts: Facts, live: Snapshot) -> Draft:
        """What is to be done to make `live` what is wanted."""
        origin = origin_of(course, facts)
        if self._in_sync.get(live.key) == (origin, live.state()):
            return Draft(Plan(), origin)
        wanted = build(course, facts, self._components)
        return Draft(self._compare(wanted, origin, live), origin, wanted)

    def confirm(self, draft: Draft, live: Snapshot) -> None:
        """Compare once more, after the plan has been carried out: the next pass need not."""
        if draft.wanted is not None:
            self._compare(draft.wanted, draft.origin, live)

    def _compare(self, wanted: Wanted, origin: bytes, live: Snapshot) -> Plan:
        plan = diff(wanted.manifests, live, wanted.resolved.uid)
        if plan.empty and not plan.refused:
            # The state is taken now: the diff has marked what it found to be as wanted.
            self._in_sync[live.key] = (origin, live.state())
        return plan

    def forget(self, key: Key) -> None:
        """Drop what is remembered of a deployment."""
        self._in_sync.pop(key, None)


def origin_of(course: Course, facts: Facts) -> bytes:
    """A digest of everything that `build` reads."""
    text = orjson.dumps(
        [course.resolved, facts.secrets, course.objects],
        default=repr,
        option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS,
    )
    return hashlib.blake2b(text, digest_size=16).digest()
