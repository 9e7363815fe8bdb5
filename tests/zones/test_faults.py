"""What users notice of a fault: how long writes, reads and tasks stood still, and that nothing was lost.

The goals are those of docs/production.md's promises on a machine with nothing else to do;
RESEE_WAIT_MULTIPLIER stretches them like every other wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pytest

from tests.support.wait import Budget, until
from tests.zones.clients import Load
from tests.zones.zone import CONTROL_PLANE, Faults

BEFORE, AFTER = 8.0, 45.0
"""Seconds of load around a fault."""


def seen_for(seconds: float) -> None:
    """Let the clients count: the load itself is what is awaited."""
    time.sleep(seconds)


def nothing_lost(load: Load) -> None:
    """Every acknowledged row is there, and every acknowledged task ends."""
    assert load.rows_lost() == set()

    def done() -> None:
        assert load.tasks_left() == set()

    until(done, Budget.ROLLOUT)


def under(load: Load, fault: Callable[[], float]) -> float:
    """Let the load run around a fault; returns its moment."""
    with load.running():
        seen_for(BEFORE)
        moment = fault()
        seen_for(AFTER)
    # The figures of docs/performance.md.
    sys.stdout.write(f"{load.told(moment)}\n")
    nothing_lost(load)
    return moment


def goal(seconds: float) -> float:
    """A goal on this machine."""
    return seconds * Budget.POD.seconds / Budget.POD.value


def test_the_primary_is_killed(load: Load, faults: Faults) -> None:
    moment = under(load, lambda: faults.signal(faults.primary(), "KILL"))
    assert load.outage("writes", moment) <= goal(15)


def test_the_primary_stands_still(load: Load, faults: Faults) -> None:
    moment = under(load, lambda: faults.signal(faults.primary(), "STOP"))
    assert load.outage("writes", moment) <= goal(30)


def test_the_redis_master_is_killed(load: Load, faults: Faults) -> None:
    moment = under(load, lambda: faults.signal(faults.redis_master(), "KILL"))
    assert load.outage("tasks", moment) <= goal(15)


@pytest.mark.parametrize("way", ["dead", "cut"])
def test_the_zone_of_the_primary_ends_and_comes_back(load: Load, faults: Faults, way: str) -> None:
    until(lambda: faults.move_primary_off(CONTROL_PLANE), Budget.POD)
    node = faults.node_of(faults.primary())
    with load.running():
        seen_for(BEFORE)
        with getattr(faults, way)(node) as moment:
            seen_for(AFTER)
        seen_for(BEFORE)
    # The figures of docs/performance.md.
    sys.stdout.write(f"{load.told(moment)}\n")
    nothing_lost(load)
    assert load.outage("writes", moment) <= goal(20)
