"""The rule: from averages to a number of Pods. Pure.

Out where any figure is above its bound, in where every figure is known and below its own, one Pod at a time.
Figures are totals over all Pods, shared out among those that run now: a total stays what it is when Pods
come and go, so that one burst is not answered twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from resee_operator.stages.sizes import Band

OUT_WINDOW: Final = {"cpu": 300.0, "requests": 60.0, "queue": 60.0}
"""Seconds over which a figure is averaged before Pods are added: 5 minutes of CPU are the architecture's; it
counts requests by the minute, and the depth of a queue is looked at likewise."""
IN_WINDOW: Final = 600.0
"""Seconds over which figures are averaged before a Pod is taken away: the architecture's 10 minutes."""
PAUSE: Final = 60.0
"""Seconds between two Pods that are taken away: what the first one leaves to the others must show."""

_UNITS: Final = {"cpu": "% CPU", "requests": "requests a minute", "queue": "tasks"}


class Change(StrEnum):
    """What a decision does to the number of Pods."""

    OUT = "ScaledOut"
    IN = "ScaledIn"
    NONE = "Unchanged"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fewest and most Pods."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of a component, as totals over its Pods; None where it is not known.

    Args:
        name: cpu (percent of one Pod's request), requests (a minute) or queue (tasks).
        band: what one Pod may have.
        lately: average over the figure's window for adding.
        long: average over the window for taking away, only of whole samples.
    """

    name: str
    band: Band
    lately: float | None
    long: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """A number of Pods, and why in one sentence."""

    pods: int
    change: Change
    why: str


def decide(pods: int, bounds: Bounds, readings: Sequence[Reading], *, may_shrink: bool) -> Decision:
    """How many Pods there should be.

    Args:
        pods: that are wanted now.
        bounds: fewest and most.
        readings: every figure of the component; without any, none is taken away.
        may_shrink: whether the last change has settled and its pause is over.
    """
    if pods < bounds.least:
        return Decision(bounds.least, Change.OUT, f"fewer than minReplicas {bounds.least}")
    if pods > bounds.most:
        return Decision(bounds.most, Change.IN, f"more than maxReplicas {bounds.most}")
    wanted, reason = _enough(pods, readings)
    if wanted > pods:
        capped = min(wanted, bounds.most)
        return Decision(capped, Change.OUT if capped > pods else Change.NONE, reason)
    if may_shrink and pods > bounds.least and _quiet(pods, readings):
        return Decision(pods - 1, Change.IN, _calm(pods, readings))
    return Decision(pods, Change.NONE, "within its bounds")


def _enough(pods: int, readings: Sequence[Reading]) -> tuple[int, str]:
    """Pods for the figure that needs most of them, and its sentence; ``pods`` where none is above its
    bound."""
    wanted, reason = pods, ""
    for reading in readings:
        if reading.lately is None or reading.lately <= reading.band.out * pods:
            continue
        needed = max(math.ceil(reading.lately / reading.band.out), pods + 1)
        if needed > wanted:
            share = f"{reading.lately / pods:.0f} {_UNITS[reading.name]} for each Pod"
            wanted, reason = needed, f"{share}, more than {reading.band.out:g}"
    return wanted, reason


def _quiet(pods: int, readings: Sequence[Reading]) -> bool:
    """Whether every figure is known and below its bound, and one Pod fewer would have had enough lately."""
    return bool(readings) and all(
        reading.long is not None
        and reading.lately is not None
        and reading.long < reading.band.back * pods
        and reading.lately <= reading.band.out * (pods - 1)
        for reading in readings
    )


def _calm(pods: int, readings: Sequence[Reading]) -> str:
    shares = [
        f"{(reading.long or 0.0) / pods:.0f} {_UNITS[reading.name]}, less than {reading.band.back:g}"
        for reading in readings
    ]
    return f"for each Pod in 10 minutes {' and '.join(shares)}"
