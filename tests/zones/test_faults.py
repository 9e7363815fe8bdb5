"""What users notice of a fault: how long writes, reads and tasks stood still, and that nothing was lost.

Each fault comes together with the end of the operator that leads. The goals are those of docs/production.md's
promises on a machine with nothing else to do; RESEE_WAIT_MULTIPLIER stretches them like every other wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.support.wait import Budget, until
from tests.zones.clients import Load
from tests.zones.timeline import Timeline
from tests.zones.zone import CONTROL_PLANE, Faults

BEFORE, AFTER, ZONE = 6.0, 25.0, 60.0
"""Seconds of load before a fault, after it, and while a zone is gone: Kubernetes takes 50 to notice."""

PATIENT = 30.0
"""Timeout of the requests that look at what is there, in seconds."""

pytestmark = pytest.mark.timeout(1200)
"""Seconds: the nodes come up with the first test, and what a fault breaks off heals before the next."""

Fault = Callable[[], AbstractContextManager[float]]


def seen_for(seconds: float) -> None:
    """Let the clients count: the load itself is what is awaited."""
    time.sleep(seconds)


def nothing_lost(load: Load) -> None:
    """Every acknowledged row is there, and every acknowledged task ends: at the latest when beat has sent it
    again."""
    load.resee.timeout = PATIENT
    assert load.rows_lost() == set()

    def done() -> None:
        assert load.tasks_left() == set()

    until(done, Budget.SWEEP, every=2)


def under(load: Load, faults: Faults, fault: Fault, after: float = AFTER) -> float:
    """Let the load run around a fault, which the operator's leader does not outlive; returns its moment."""
    timeline = Timeline(faults.kubectl)
    with timeline.running(), load.running():
        seen_for(BEFORE)
        faults.kill_operator()
        with fault() as moment:
            seen_for(after)
        seen_for(BEFORE)
    # The figures of docs/performance.md.
    sys.stdout.write(f"\n{load.told(moment)}\n{timeline.told(moment)}\n")
    nothing_lost(load)
    return moment


def signalled(faults: Faults, pod: str, signal: str) -> Fault:
    """A Pod whose processes get a signal."""

    @contextmanager
    def fault() -> Iterator[float]:
        yield faults.signal(pod, signal)

    return fault


def goal(seconds: float) -> float:
    """A goal on this machine."""
    return seconds * Budget.POD.seconds / Budget.POD.value


@pytest.mark.parametrize("component", ["web", "nginx", "worker-main", "beat"])
def test_a_pod_is_killed(load: Load, faults: Faults, component: str) -> None:
    pod = faults.pod_of(component, node=CONTROL_PLANE)
    moment = under(load, faults, signalled(faults, pod, "KILL"))
    # What was under way in the process is gone with it.
    assert load.failures(moment) == []


def test_the_primary_is_killed(load: Load, faults: Faults) -> None:
    moment = under(load, faults, signalled(faults, faults.primary(), "KILL"))
    assert load.outage("writes", moment) <= goal(15)


def test_the_primary_stands_still(load: Load, faults: Faults) -> None:
    moment = under(load, faults, signalled(faults, faults.primary(), "STOP"), after=40)
    assert load.outage("writes", moment) <= goal(30)


def test_the_redis_master_is_killed(load: Load, faults: Faults) -> None:
    moment = under(load, faults, signalled(faults, faults.redis_master(), "KILL"))
    assert load.outage("tasks", moment) <= goal(15)


@pytest.fixture
def node(faults: Faults) -> str:
    """The node of the primary, which is not the control plane's."""
    until(lambda: faults.move_primary_off(CONTROL_PLANE), Budget.POD)
    return faults.node_of(faults.primary())


def test_the_node_of_the_primary_is_drained(load: Load, faults: Faults, node: str) -> None:
    under(load, faults, lambda: faults.drained(node), after=5)
    assert load.failures() == []


@pytest.mark.parametrize("way", ["dead", "cut"])
def test_the_zone_of_the_primary_ends_and_comes_back(load: Load, faults: Faults, node: str, way: str) -> None:
    moment = under(load, faults, lambda: getattr(faults, way)(node), after=ZONE)
    assert load.outage("writes", moment) <= goal(20)
    assert load.outage("reads", moment) <= goal(5)


def test_the_zone_of_the_redis_master_ends(load: Load, faults: Faults) -> None:
    until(lambda: faults.move_master_off(CONTROL_PLANE), Budget.POD, every=3)
    node = faults.node_of(faults.redis_master())
    moment = under(load, faults, lambda: faults.dead(node), after=ZONE)
    assert load.outage("tasks", moment) <= goal(15)


def test_of_two_primaries_one_alone_takes_writes(faults: Faults, node: str) -> None:
    """The zone is cut off; its primary lives on, and has stopped taking writes when the next one begins."""
    found = [faults.kubectl.get("pod", f"resee-postgres-{member}") for member in range(3)]
    places = [
        (
            pod["metadata"]["name"],
            pod["spec"]["nodeName"],
            pod["status"]["containerStatuses"][0]["containerID"].removeprefix("containerd://"),
        )
        for pod in found
    ]
    took: list[tuple[float, set[str]]] = []
    old = faults.primary()
    with faults.cut(node) as moment:
        while time.monotonic() < moment + ZONE:
            at = time.monotonic()
            took.append((at, {place[1] for place in places if faults.writable(*place)}))
    others = [at - moment for at, writable in took if writable - {node}]
    itself = [at - moment for at, writable in took if node in writable]
    sys.stdout.write(f"\n{old} until {max(itself):.1f} s, another from {min(others):.1f} s\n")
    assert max(itself) < min(others)
