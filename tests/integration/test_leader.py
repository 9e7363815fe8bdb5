"""Two replicas, one Lease: handover, fail-over, and never two writers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from resee_operator.engine.news import SETTLE
from tests.integration.operator_process import WRITES, OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

FAILOVER = 20.0
"""Seconds within which the other replica has to lead after a kill -9; the goal, not a budget that
stretches."""


@pytest.fixture
def pair(
    server: ApiServer, namespace: str, tmp_path: Path
) -> Iterator[tuple[OperatorProcess, OperatorProcess]]:
    """A leader and its stand-by."""
    first, second = (
        OperatorProcess(
            server.kubeconfig,
            tmp_path,
            name,
            "shared",
            RESEE_NAMESPACES=namespace,
            RESEE_LEASE_NAMESPACE=namespace,
        )
        for name in ("first", "second")
    )
    with first:
        first.lead()
        with second:
            yield first, second


def _repairs(resee: Resee) -> None:
    """Return when a deleted child has come back: somebody leads."""
    until(lambda: resee.get("service", "demo-web"), Budget.FAILOVER, every=0.1)


def test_only_the_leader_writes(
    server: ApiServer, namespace: str, pair: tuple[OperatorProcess, OperatorProcess]
) -> None:
    first, second = pair
    Resee(server, namespace).apply()
    _repairs(Resee(server, namespace))

    assert first.calls(*WRITES) > 0
    assert second.calls(*WRITES) == 0
    assert second.metric("resee_operator_leader") == 0


def test_terminated_leader_hands_over_at_once(
    server: ApiServer, namespace: str, pair: tuple[OperatorProcess, OperatorProcess]
) -> None:
    first, second = pair
    resee = Resee(server, namespace)
    resee.apply()
    _repairs(resee)
    started = time.monotonic()
    first.stop()
    second.lead()

    assert time.monotonic() - started < FAILOVER / 4
    resee.run("delete", "service", "demo-web")
    _repairs(resee)


def test_killed_leader_is_replaced(
    server: ApiServer, namespace: str, pair: tuple[OperatorProcess, OperatorProcess]
) -> None:
    first, _ = pair
    resee = Resee(server, namespace)
    resee.apply()
    _repairs(resee)
    started = time.monotonic()
    first.kill()
    resee.run("delete", "service", "demo-web")
    _repairs(resee)

    assert time.monotonic() - started < FAILOVER


def test_paused_leader_never_writes_beside_the_next(
    server: ApiServer, namespace: str, pair: tuple[OperatorProcess, OperatorProcess]
) -> None:
    first, second = pair
    resee = Resee(server, namespace)
    resee.apply()
    _repairs(resee)
    writes = _settled(first)
    first.pause()
    second.lead()
    # Work lies ready for the paused one: its watches have these events waiting when it goes on.
    resee.run("delete", "service", "demo-web")
    _repairs(resee)
    resee.run("scale", "deployment", "demo-nginx", "--replicas=4")
    first.resume()

    until(lambda: _counted(first), Budget.PROCESS)
    assert first.metric("resee_operator_leader") == 0
    assert first.calls(*WRITES) == writes
    assert second.metric("resee_operator_leader") == 1


def _settled(operator: OperatorProcess) -> float:
    """The number of its writes, once it has made none for longer than news for the status may wait."""
    seen, since = operator.calls(*WRITES), time.monotonic()

    def quiet() -> float:
        nonlocal seen, since
        now = operator.calls(*WRITES)
        if now != seen:
            seen, since = now, time.monotonic()
        assert time.monotonic() - since > SETTLE + 1, "it still writes"
        return now

    return until(quiet, Budget.FAILOVER)


def _counted(operator: OperatorProcess) -> None:
    """It answers again, and its watches have moved since."""
    assert operator.get("/healthz")[0] == 200
    assert operator.metric("resee_operator_watch_age_seconds", resource="services") < 5
