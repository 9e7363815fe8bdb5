"""Pods under load, as simple as the question allows: what each policy is shown, and what it costs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final, Protocol

from bench.autoscaling.load import STEP

COST: Final = 0.02
"""Seconds of CPU for one request: what puts 70 % CPU of a web Pod (request 500m) and 1,000 requests a minute
next to each other (67 %)."""
REQUEST: Final = 0.5
"""Cores that a web Pod of stage Production asks for."""
BOOT: Final = 30
"""Seconds until a new Pod is ready."""
LAG: Final = 30
"""Seconds by which metrics-server's figures are late."""
CAPACITY: Final = REQUEST / COST
"""Requests a second that one Pod can bear on what is set aside for it; what is above counts as over
capacity."""
LEAST, MOST = 2, 10


@dataclass(frozen=True)
class Seen:
    """What a policy is shown at one moment, LAG seconds late.

    Args:
        now: seconds.
        pods: that are wanted now.
        ready: Pods among them that are ready.
        cpu: percent of one Pod's request, the sum over all Pods.
        requests: a minute, the sum over all Pods.
    """

    now: float
    pods: int
    ready: int
    cpu: float
    requests: float


class Policy(Protocol):
    """Decides how many Pods there should be."""

    def decide(self, seen: Seen) -> int:
        """The number of Pods from now on."""


@dataclass
class Trace:
    """What came of a policy."""

    pods: list[int] = field(default_factory=list)
    asked: float = 0.0
    over: float = 0.0
    changes: int = 0
    turns: int = 0
    """Changes of direction within ten minutes: flapping."""

    @property
    def hours(self) -> float:
        """Pod-hours."""
        return sum(self.pods) * STEP / 3600

    @property
    def over_share(self) -> float:
        """Share of the requests that came above the capacity."""
        return self.over / self.asked


def run(policy: Policy, load: list[float]) -> Trace:
    """Put a load on Pods that a policy scales."""
    trace, pods, booting = Trace(), LEAST, deque[tuple[float, int]]()
    late: deque[float] = deque([load[0]] * (LAG // STEP), maxlen=LAG // STEP)
    last_change, last_way = -1e9, 0
    for step, rate in enumerate(load):
        now = float(step * STEP)
        while booting and booting[0][0] <= now:
            booting.popleft()
        ready = max(pods - sum(count for _, count in booting), 1)
        trace.pods.append(pods)
        trace.asked += rate * STEP
        trace.over += max(0.0, rate - ready * CAPACITY) * STEP
        shown = late[0]
        late.append(min(rate, ready * 2 * CAPACITY))
        wanted = policy.decide(Seen(now, pods, ready, 100 * shown * COST / REQUEST, 60 * shown))
        if wanted > pods:
            booting.append((now + BOOT, wanted - pods))
        elif wanted < pods:
            booting.clear()
        if wanted != pods:
            way = 1 if wanted > pods else -1
            trace.changes += 1
            trace.turns += way == -last_way and now - last_change < 600
            last_change, last_way = now, way
        pods = wanted
    return trace
