"""Waiting on conditions: every wait of the tests has a named budget here, and none sleeps blindly.

`RESEE_WAIT_MULTIPLIER` stretches all of them at once for a slow machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

T = TypeVar("T")
NOT_YET = (AssertionError, LookupError, TypeError, ValueError)
"""What a look raises at something that is not there yet: a line of a log, a field of a status."""


class Budget(Enum):
    """Longest acceptable waits in seconds, measured at roughly a third of these on 2 cores."""

    EVENT = 15.0  # an object written to the API server is seen by a watch
    ANSWER = 12.0  # a server that is up has answered
    ADMISSION = 10.0  # a bad field is named in a condition
    REPAIR = 20.0  # a deleted or edited child is as desired again
    PROCESS = 30.0  # a local process answers
    FAILOVER = 40.0  # the other operator replica leads after a kill -9
    GARBAGE = 60.0  # what an owner leaves is gone: the collector asks every 30 s which kinds there are
    COMMAND = 75.0  # a program of the command line has ended
    POD = 90.0  # a Pod of ours is Ready, images already on the node
    ROLLOUT = 180.0  # a Deployment rolled to a new template
    SWEEP = 300.0  # beat has sent again what was lost with Redis: a minute old, looked for every minute
    DEPLOYMENT = 240.0  # a ReseeDeployment is Ready from nothing
    JOB = 150.0  # a backup or migration Job has ended
    ALARM = 120.0  # Slack is told: two scrapes, the rule's look, Alertmanager's minute between messages
    ALL_CLEAR = 600.0  # the same after an alarm's window of 5 minutes
    WINDOW = 480.0  # the autoscaler has wanted more for 5 minutes, and has added a Pod

    @property
    def seconds(self) -> float:
        """The budget on this machine."""
        return self.value * float(os.environ.get("RESEE_WAIT_MULTIPLIER", "1"))


def until(check: Callable[[], T], budget: Budget, every: float = 0.25) -> T:
    """Repeat `check` until it raises nothing of `NOT_YET` and return its value.

    Args:
        check: asserts what is awaited; its last error is what a failed wait reports.
        budget: the longest wait.
        every: seconds between two tries.

    Raises:
        AssertionError: or another of `NOT_YET`: the last one of `check`, once the budget is used up.
    """
    retrying = Retrying(
        stop=stop_after_delay(budget.seconds),
        wait=wait_fixed(every),
        retry=retry_if_exception_type(NOT_YET),
        reraise=True,
    )
    return retrying(check)
