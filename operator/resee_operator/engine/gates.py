"""What may not happen yet: a version comes to run only when what it stands on runs at that version. Pure.

database ready -> migrated -> web rolled -> workers rolled -> beat. A gate holds back what brings another
version to
run, and never the repair of what runs: a deleted worker comes back although the database is down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resee_operator.components.base import Verdict
from resee_operator.engine.actions import Action, Plan, Verb

ORDER = ("postgres", "migration", "web", "worker", "beat")
"""Components, each of which waits for those before it."""

_HELD_KINDS = frozenset({"Deployment", "StatefulSet", "Job"})


@dataclass(frozen=True, slots=True)
class Hold:
    """An action that waits, and for what."""

    action: Action
    waits_for: str
    why: str = ""

    def sentence(self) -> str:
        what = f"{self.action.kind}/{self.action.name} waits for {self.waits_for}"
        return f"{what}: {self.why}" if self.why else what


@dataclass(frozen=True, slots=True)
class Ran:
    """What has run already, as the status remembers it.

    Args:
        version: the version that everything was last rolled to.
        components: labels of the components that were rolled to it.
    """

    wanted: str
    version: str | None
    components: frozenset[str]

    def has(self, component: str) -> bool:
        return self.version == self.wanted and component in self.components


def step_of(component: str) -> str:
    """The step of a component's label; a worker group's label is worker-NAME."""
    return "worker" if component.startswith("worker-") else component


def asks_for_health(plan: Plan, ran: Ran) -> bool:
    """Whether anything of the plan has to wait until the steps before it are healthy."""
    return any(_brings_version(action, ran) for action in plan.actions)


def hold(
    plan: Plan, verdicts: Mapping[str, Verdict], ran: Ran, blocks: Mapping[str, str] | None = None
) -> tuple[Plan, list[Hold]]:
    """Split a plan into what may be done now and what has to wait.

    Args:
        plan: everything that is to be done.
        verdicts: health by component, as it is before anything of the plan is done; may be empty where the
            plan does not ask for it.
        ran: what has run already.
        blocks: sentence by step: what an operation lets nothing past, the step itself included.
    """
    pending = {step_of(action.component) for action in plan.actions if _brings_version(action, ran)}
    allowed: list[Action] = []
    holds: list[Hold] = []
    for action in plan.actions:
        held = _hold(action, verdicts, pending, blocks or {}) if _brings_version(action, ran) else None
        if held is None:
            allowed.append(action)
        else:
            holds.append(held)
    holds.sort(key=lambda held: ORDER.index(step_of(held.action.component)))
    return Plan(tuple(allowed), plan.refused), holds


def _hold(
    action: Action, verdicts: Mapping[str, Verdict], pending: set[str], blocks: Mapping[str, str]
) -> Hold | None:
    """What the action waits for: the first step that is blocked, or that is before its own and not done."""
    own = step_of(action.component)
    for step in ORDER[: ORDER.index(own) + 1]:
        if step in blocks:
            return Hold(action, step, blocks[step])
        verdict = verdicts.get(step)
        bad = verdict is not None and not verdict.healthy
        if step != own and (step in pending or bad):
            return Hold(action, step, verdict.message if verdict and bad else "")
    return None


def _brings_version(action: Action, ran: Ran) -> bool:
    """Whether the action makes something run that has not run yet."""
    if action.kind not in _HELD_KINDS or step_of(action.component) not in ORDER[1:]:
        return False
    if action.verb is Verb.DELETE or action.repair:
        return False
    if action.verb is Verb.CHANGE:
        return any(change.path.endswith("].image") for change in action.fields)
    return not ran.has(action.component)
