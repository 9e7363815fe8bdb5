"""The running operator on a fake cluster: fill, lead, work, and what the probes say."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from resee_operator import logs, probes, runtime
from resee_operator.kube.errors import ApiError, NotFound
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.lease import Leadership, LeaseTimes
from resee_operator.kube.resources import RESEE
from resee_operator.metrics import Metrics
from resee_operator.runtime import Operator
from resee_operator.settings import Settings
from tests.support.wait import Budget

FAST = LeaseTimes(duration=12, deadline=8.0, retry=0.01)
MANIFEST = {
    "apiVersion": RESEE.api_version,
    "kind": RESEE.kind,
    "metadata": {"name": "demo", "namespace": "default"},
    "spec": {"stage": "Local"},
}


@asynccontextmanager
async def working(kube: FakeKube) -> AsyncIterator[Operator]:
    """An operator that works; custom resources come by lists instead of Kopf."""
    operator: Operator
    leadership = Leadership(
        kube,
        name="lease",
        namespace="default",
        identity="me",
        times=FAST,
        changed=lambda leading: operator.lead(leading),  # noqa: PLW0108 - it is made below
    )
    operator = Operator(kube, Settings(default_version="1"), Metrics(), leadership)
    await operator.fill()
    task = asyncio.create_task(operator.run())
    try:
        yield operator
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(Budget.EVENT.seconds):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)


async def test_what_stands_is_worked_off_and_the_lease_given_back() -> None:
    kube = FakeKube()
    await kube.create(MANIFEST)
    async with working(kube) as operator:
        await soon(lambda: "demo-postgres" in kube.objects("StatefulSet"))
        assert operator.ready() is None
        assert operator.alive() is None
        assert b"resee_operator_leader 1.0" in operator.metrics.text()

    assert kube.objects("Lease")["lease"]["spec"]["holderIdentity"] == ""


async def test_event_of_a_custom_resource_brings_a_pass() -> None:
    kube = FakeKube()
    async with working(kube) as operator:
        stored = await kube.create(MANIFEST)
        operator.resees.seen("ADDED", stored)
        await soon(lambda: "demo-postgres" in kube.objects("StatefulSet"))
        await kube.delete(RESEE, "default", "demo")
        ended = {**stored["metadata"], "resourceVersion": "9999"}
        operator.resees.seen("DELETED", {**stored, "metadata": ended})
        assert operator.cache.deployments() == []


async def test_custom_resource_that_no_event_told_of_is_found_by_a_list() -> None:
    kube = FakeKube()
    async with working(kube) as operator:
        await kube.create(MANIFEST)
        await operator.resees.relist()
        await soon(lambda: "demo-postgres" in kube.objects("StatefulSet"))


async def test_late_renewal_loses_no_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "NOT_LEADING_PAUSE", 0.01)
    kube = FakeKube()
    async with working(kube) as operator:
        await soon(operator.leadership.leads)
        late = [True]
        leads = operator.leadership.leads
        monkeypatch.setattr(operator.leadership, "leads", lambda: not late[0] and leads())
        operator.resees.seen("ADDED", await kube.create(MANIFEST))
        await soon(lambda: operator.cache.deployments() == [("default", "demo")])
        await asyncio.sleep(0.03)
        assert kube.objects("StatefulSet") == {}
        late[0] = False
        await soon(lambda: "demo-postgres" in kube.objects("StatefulSet"))


async def test_missing_definition_is_waited_for() -> None:
    kube, missing = FakeKube(), [True]

    def absent(verb: str, key: tuple[str, str, str]) -> ApiError | None:
        hidden = missing[0] and verb == "list" and key[0] == RESEE.kind
        return NotFound(404, "NotFound", "no such kind") if hidden else None

    kube.fail = absent
    operator = Operator(kube, Settings(), Metrics(), Leadership(kube, name="l", namespace="d", identity="me"))
    filling = asyncio.create_task(operator.fill())
    await asyncio.sleep(0.02)
    assert operator.ready() is not None
    missing[0] = False
    async with asyncio.timeout(Budget.EVENT.seconds):
        await filling

    assert operator.ready() is None


async def test_watch_that_hangs_fails_the_liveness_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = FakeKube()
    operator = Operator(kube, Settings(), Metrics(), Leadership(kube, name="l", namespace="d", identity="me"))
    assert operator.alive() is None
    monkeypatch.setattr(runtime, "STUCK", -1.0)
    assert operator.alive() is None, "nobody follows anything before the cache is filled"
    await operator.fill()

    assert "the watch of reseedeployments has not moved" in str(operator.alive())
    for pulse in operator.resees.pulses.values():
        monkeypatch.setattr(pulse, "_now", lambda: -1e9)
    assert "the watch of serviceaccounts has not moved" in str(operator.alive())


async def test_probes_answer_over_http() -> None:
    metrics, wrong = Metrics(), [None, "the cache is not yet filled"]
    checks = {"alive": lambda: wrong[0], "ready": lambda: wrong[1]}
    async with probes.serve(0, metrics, **checks) as port, aiohttp.ClientSession() as session:
        found = {}
        for path in ("healthz", "readyz", "metrics"):
            async with session.get(f"http://127.0.0.1:{port}/{path}") as answer:
                found[path] = (answer.status, await answer.text())

    assert found["healthz"] == (200, "ok")
    assert found["readyz"] == (503, "the cache is not yet filled")
    assert "resee_operator_queue_depth" in found["metrics"][1]


def test_calls_are_counted_by_verb_and_code() -> None:
    metrics = Metrics()
    metrics.called("PATCH", "/x", 200, 0.01)
    metrics.called("PATCH", "/x", 200, 0.01)

    assert b'resee_operator_api_calls_total{code="200",verb="PATCH"} 2.0' in metrics.text()


def test_log_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.configure("INFO")
        logging.getLogger("resee_operator.pass").info("it runs", extra={"id": 7, "odd": object()})
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    assert (line["event"], line["id"], line["level"], line["odd"]) == ("it runs", 7, "info", "object")
