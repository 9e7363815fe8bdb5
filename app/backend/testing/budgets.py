"""How long tests wait, in seconds. RESEE_WAIT_MULTIPLIER multiplies all of them on a slow machine."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = float(os.environ.get("RESEE_WAIT_MULTIPLIER", "1"))

SERVICE_STARTS = 30 * _PATIENCE
SERVICE_STOPS = 20 * _PATIENCE
PROCESS_IS_READY = 40 * _PATIENCE
TASK_RUNS = 30 * _PATIENCE
REQUEST_IS_ANSWERED = 20 * _PATIENCE
_BETWEEN_LOOKS = 0.05


def wait_until(what: str, look: Callable[[], T], budget: float) -> T:
    """The first true answer of `look`. Raises AssertionError, saying `what` did not come, after `budget`."""
    end = time.monotonic() + budget
    while time.monotonic() < end:
        if answer := look():
            return answer
        time.sleep(_BETWEEN_LOOKS)
    raise AssertionError(f"{what}: not within {budget:.0f} s")
