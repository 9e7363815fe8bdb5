"""Every wait's budget in seconds, and the one loop that waits.

RESEE_WAIT_MULTIPLIER multiplies all of them on a slow machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from devcluster.errors import ClusterError

API_READY = 60.0
PROCESS_START = 60.0
PROCESS_STOP = 20.0
ETCD_LEADER = 30.0  # an election takes 1 to 2 s
ENGINE_READY = 60.0
NODES_READY = 180.0
WORKLOADS_READY = 180.0
SERVICE_ANSWERS = 60.0
DEPLOYMENT_READY = 300.0  # a ReseeDeployment from nothing; 30 s on 2 cores
POLL = 0.1
# For questions that cost a tenth of a second of processor time each, such as every call of kubectl.
POLL_BY_PROGRAM = 0.5


def budget(seconds: float) -> float:
    return seconds * float(os.environ.get("RESEE_WAIT_MULTIPLIER", "1"))


def wait_for(
    condition: Callable[[], bool],
    seconds: float,
    problem: Callable[[], str],
    remedy: str,
    poll: float = POLL,
) -> None:
    """Return as soon as `condition` holds; raise ClusterError with `problem()` when the budget is spent."""
    deadline = time.monotonic() + budget(seconds)
    while not condition():
        if time.monotonic() >= deadline:
            raise ClusterError(problem(), remedy)
        time.sleep(poll)
