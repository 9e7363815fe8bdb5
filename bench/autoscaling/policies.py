"""The two that decide: Kubernetes' autoscaler as its documentation describes it, and the rule beside it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from bench.autoscaling.model import LEAST, MOST, Seen
from resee_operator.scaling.history import History, Sample
from resee_operator.scaling.rule import IN_WINDOW, OUT_WINDOW, PAUSE, Bounds, Change, Reading, decide
from resee_operator.stages.defaults import PRODUCTION
from resee_operator.stages.sizes import Band

TOLERANCE: Final = 0.1


@dataclass
class Window:
    """Recommendations of the last seconds, for stabilisation."""

    seconds: float

    def __post_init__(self) -> None:
        self._kept: deque[tuple[float, int]] = deque()

    def add(self, now: float, pods: int) -> list[int]:
        """All recommendations of the window, this one among them."""
        self._kept.append((now, pods))
        while self._kept[0][0] < now - self.seconds:
            self._kept.popleft()
        return [found for _, found in self._kept]


class Hpa:
    """autoscaling/v2 with one CPU target.

    desired = ceil(current x value / target), nothing within a tenth of the target; out by the least
    recommendation of its window, by at most 4 Pods or twice as many in 15 s; in by the greatest one of its
    window. Its defaults are 0 s and 300 s.

    Args:
        target: percent of the request.
        up, down: windows in seconds; `down` None switches scaling in off.
    """

    def __init__(self, target: float, up: float = 0, down: float | None = 300) -> None:
        self._target = target
        self._up = Window(up)
        self._down = None if down is None else Window(down)

    def decide(self, seen: Seen) -> int:
        ratio = seen.cpu / seen.ready / self._target
        wanted = seen.pods if abs(ratio - 1) <= TOLERANCE else math.ceil(seen.ready * ratio)
        lowest = min(self._up.add(seen.now, wanted))
        highest = max(self._down.add(seen.now, wanted)) if self._down else max(wanted, seen.pods)
        stable = seen.pods
        if lowest > stable:
            stable = min(lowest, max(2 * seen.pods, seen.pods + 4))
        elif highest < stable:
            stable = highest
        return min(max(stable, LEAST), MOST)


class Ours:
    """The autoscaler that only adds, and the operator's rule, in turns on the same Pods."""

    def __init__(self) -> None:
        rule = PRODUCTION.web.autoscaling
        if rule is None or rule.requests is None:
            raise LookupError("stage Production has no rule for web")
        self._bands: dict[str, Band] = {"cpu": rule.cpu, "requests": rule.requests}
        self._bounds = Bounds(rule.min_replicas, rule.max_replicas)
        self._hpa = Hpa(rule.cpu.out, up=300, down=None)
        self._figures = {name: History() for name in self._bands}
        self._shrunk = -PAUSE

    def decide(self, seen: Seen) -> int:
        whole = seen.ready == seen.pods
        self._figures["cpu"].add(Sample(seen.now, seen.cpu, whole))
        self._figures["requests"].add(Sample(seen.now, seen.requests, whole))
        pods = self._hpa.decide(seen)
        settled = whole and pods == seen.pods and seen.now - self._shrunk >= PAUSE
        decision = decide(pods, self._bounds, self._readings(seen.now), may_shrink=settled)
        if decision.change is Change.IN:
            self._shrunk = seen.now
        return decision.pods

    def _readings(self, now: float) -> list[Reading]:
        return [
            Reading(
                name,
                self._bands[name],
                history.mean(now, OUT_WINDOW[name]),
                history.mean(now, IN_WINDOW, whole=True),
            )
            for name, history in self._figures.items()
        ]


def all_policies() -> dict[str, Ours | Hpa]:
    """What is compared, by the name that the table gives it."""
    return {"the rule": Ours(), **{f"HPA at {target} %": Hpa(target) for target in (50, 70, 90)}}
