"""Two replicas, one Lease: handover, fail-over, and never two writers."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest

from devcluster import debian
from devcluster.apiserver import ApiServer
from resee_operator.engine.news import SETTLE
from resee_operator.kube.lease import LeaseTimes
from tests.integration.controllers import Controllers
from tests.integration.exactness import assert_exact, secrets_of
from tests.integration.faulty_proxy import FaultyProxy, Write
from tests.integration.operator_process import WRITES, OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

FAILOVER = 20.0
"""Seconds within which the other replica has to lead after a kill -9; the goal, not a budget that
stretches."""
KEPT = LeaseTimes().duration - 1.5 * LeaseTimes().retry
"""Seconds for which a Lease keeps others away at least that its holder did not give back."""
YEARS = 10 * 365 * 86_400


@dataclass(frozen=True)
class Pair:
    """A leader and its stand-by, and a deployment that the leader has begun to look after."""

    first: OperatorProcess
    second: OperatorProcess
    resee: Resee

    def delete_a_child(self) -> None:
        self.resee.run("delete", "service", "demo-web")

    def wait_repaired(self) -> None:
        """Return when a deleted child has come back: somebody leads."""
        until(lambda: self.resee.get("service", "demo-web"), Budget.FAILOVER, every=0.1)

    def holder(self) -> tuple[str, int]:
        """Who holds the Lease, and how often it has changed hands."""
        spec = self.resee.get("lease", "shared")["spec"]
        return spec["holderIdentity"], spec["leaseTransitions"]


def _replica(kubeconfig: Path, namespace: str, folder: Path, name: str) -> OperatorProcess:
    settings = {"RESEE_NAMESPACES": namespace, "RESEE_LEASE_NAMESPACE": namespace}
    return OperatorProcess(kubeconfig, folder, name, "shared", **settings)


@pytest.fixture
def pair(server: ApiServer, namespace: str, tmp_path: Path) -> Iterator[Pair]:
    first, second = (_replica(server.kubeconfig, namespace, tmp_path, name) for name in ("first", "second"))
    with first:
        first.lead()
        with second:
            made = Pair(first, second, Resee(server, namespace))
            made.resee.apply()
            made.wait_repaired()
            yield made


def test_only_the_leader_writes(pair: Pair) -> None:
    assert pair.first.calls(*WRITES) > 0
    assert pair.second.calls(*WRITES) == 0
    assert pair.second.metric("resee_operator_leader") == 0


def test_terminated_leader_hands_over_at_once(pair: Pair) -> None:
    started = time.monotonic()
    pair.first.stop()
    pair.second.lead()

    assert time.monotonic() - started < KEPT
    pair.delete_a_child()
    pair.wait_repaired()


def test_killed_leader_is_replaced(pair: Pair) -> None:
    started = time.monotonic()
    pair.first.kill()
    pair.delete_a_child()
    pair.wait_repaired()

    assert time.monotonic() - started < FAILOVER


def test_paused_leader_never_writes_beside_the_next(pair: Pair) -> None:
    writes = _settled(pair.first)
    pair.first.pause()
    pair.second.lead()
    # Work lies ready for the paused one: its watches have these events waiting when it goes on.
    pair.delete_a_child()
    pair.wait_repaired()
    pair.resee.run("scale", "deployment", "demo-nginx", "--replicas=4")
    pair.first.resume()

    until(lambda: _counted(pair.first), Budget.PROCESS)
    assert pair.first.metric("resee_operator_leader") == 0
    assert pair.first.calls(*WRITES) == writes
    assert pair.second.metric("resee_operator_leader") == 1


def test_leader_paused_between_two_writes_does_not_make_the_second(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """The order of all writes shows it: those of the paused leader, then those of the next, and no other."""
    resee, writers = Resee(server, namespace), list[str]()

    def first_wrote(_: Write) -> None:
        writers.append("first")
        if len(writers) == 10:
            first.pause()

    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    with (
        FaultyProxy(server, folders[0], written=first_wrote) as before_first,
        FaultyProxy(server, folders[1], written=lambda _: writers.append("second")) as before_second,
        Controllers(server, namespace),
        _replica(before_first.kubeconfig, namespace, folders[0], "first") as first,
        _replica(before_second.kubeconfig, namespace, folders[1], "second") as second,
    ):
        first.lead()
        resee.apply()
        second.lead()
        kept = secrets_of(resee)
        first.resume()
        resee.wait_settled()
        until(lambda: _counted(first), Budget.PROCESS)
        # Before the end of the second, after which the first leads again and may write.
        order = [name for name, _ in groupby(writers)]
    assert order == ["first", "second"]
    assert kept.items() <= secrets_of(resee).items()
    assert_exact(resee, tmp_path)


class _WithJumpingClock(OperatorProcess):
    """A replica whose wall clock a test sets, for all of its parts; what counts seconds is left alone."""

    def __init__(self, kubeconfig: Path, folder: Path, name: str, lease: str, **settings: str) -> None:
        self._offset = folder / f"{name}.clock"
        self.jump(0)
        library = debian.unpacked("faketime", ("libfaketime",))
        clock = {
            "LD_PRELOAD": str(next(library.glob("usr/lib/*/faketime/libfaketimeMT.so.1"))),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        super().__init__(kubeconfig, folder, name, lease, **clock, **settings)

    def jump(self, seconds: int) -> None:
        """Set the clock to so many seconds after the system's, or before it."""
        new = self._offset.with_suffix(".new")
        new.write_text(f"{seconds:+}\n")
        new.rename(self._offset)


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="libfaketime comes from Debian's archive")
def test_clock_that_jumps_changes_nothing(server: ApiServer, namespace: str, tmp_path: Path) -> None:
    settings = {"RESEE_NAMESPACES": namespace, "RESEE_LEASE_NAMESPACE": namespace}
    resee = Resee(server, namespace)
    # Without TLS, to which all certificates would be out of date in ten years.
    proxy = FaultyProxy(server, tmp_path)
    first = _WithJumpingClock(proxy.kubeconfig, tmp_path, "first", "shared", **settings)
    second = _replica(server.kubeconfig, namespace, tmp_path, "second")
    with proxy, Controllers(server, namespace), first, second:
        first.lead()
        pair = Pair(first, second, resee)
        # In ten years the last backup is too old, and that is told.
        resee.apply(backup={"enabled": False})
        resee.wait_settled()
        held, answers, secrets = pair.holder(), _answers(resee), secrets_of(resee)
        for seconds in (YEARS, -YEARS):
            first.jump(seconds)
            until(partial(_renewed_by_the_new_clock, resee, seconds), Budget.EVENT)
            pair.delete_a_child()
            pair.wait_repaired()
            resee.wait_settled()
            assert _answers(resee) == answers
        # For as long as another replica waits for a holder that does not renew.
        _quiet(pair, held)

        assert secrets_of(resee) == secrets
        assert second.calls(*WRITES) == 0
    assert_exact(resee, tmp_path)


def _answers(resee: Resee) -> dict[str, str]:
    return {found["type"]: found["status"] for found in resee.read()["status"]["conditions"]}


def _renewed_by_the_new_clock(resee: Resee, seconds: float) -> None:
    year = int(resee.get("lease", "shared")["spec"]["renewTime"][:4])
    assert (year - time.gmtime().tm_year) * seconds > 0, f"renewed in {year}"


def _quiet(pair: Pair, held: tuple[str, int]) -> None:
    """Return after the time in which a Lease would be taken over; fail where it changes hands."""
    times, started = LeaseTimes(), time.monotonic()

    def still_held() -> None:
        if pair.holder() != held:
            pytest.fail(f"the Lease went from {held} to {pair.holder()}")
        assert time.monotonic() - started > times.duration + times.retry

    until(still_held, Budget.FAILOVER, every=1.0)


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
