"""What is read from the metrics API and from pages of metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from resee_operator.kube.errors import Unavailable
from resee_operator.kube.fake import FakeKube
from resee_operator.scaling import measures
from resee_operator.scaling.measures import HttpPages, Page, measure, parse

PAGE = """\
# HELP resee_http_request_duration_seconds Requests answered, by method, route and status
# TYPE resee_http_request_duration_seconds histogram
resee_http_request_duration_seconds_sum{method="GET",route="api/review/today/",status="200"} 0.4
resee_http_request_duration_seconds_bucket{le="+Inf",method="GET",route="api/review/today/",status="200"} 40.0
resee_http_request_duration_seconds_count{method="GET",route="api/review/today/",status="200"} 40.0
resee_http_request_duration_seconds_count{method="POST",route="api/review/complete/",status="500"} 2.0
resee_http_request_duration_seconds_count{method="GET",route="api/health/ready/",status="200"} 900.0
# TYPE resee_queue_waiting gauge
resee_queue_waiting{queue="default"} 3.0
resee_queue_waiting{queue="email"} 50.0
# TYPE resee_queue_unacked gauge
resee_queue_unacked{queue="default"} 4.0
resee_queue_unacked{queue="email"} 0.0
"""


class SavedPages:
    """Pages by address."""

    def __init__(self, **pages: str) -> None:
        self.pages = pages

    async def read(self, address: str) -> str | None:
        return self.pages.get(address)


def usage(name: str, *cpu: str, instance: str = "demo") -> dict[str, Any]:
    labels = {"app.kubernetes.io/instance": instance}
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "containers": [{"name": "main", "usage": {"cpu": text}} for text in cpu],
    }


def pod(name: str, address: str | None) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"podIP": address} if address else {}}


@pytest.fixture
def kube(monkeypatch: pytest.MonkeyPatch) -> FakeKube:
    from resee_operator.kube.resources import KINDS

    monkeypatch.setitem(KINDS, "PodMetrics", measures.POD_METRICS)
    return FakeKube()


def test_requests_without_those_of_the_kubelet() -> None:
    assert parse(PAGE).requests == 42


def test_tasks_by_queue_waiting_and_taken() -> None:
    assert parse(PAGE).queues == {"default": 7, "email": 50}


def test_a_page_without_redis_knows_no_queues() -> None:
    assert parse("up 1\n") == Page(0, None)


async def test_cores_of_one_deployments_pods(kube: FakeKube) -> None:
    await kube.create(usage("web-1", "250m", "50m"))
    await kube.create(usage("web-2", "123456789n"))
    await kube.create(usage("other", "1", instance="another"))
    found = await measure(kube, SavedPages(), ("default", "demo"), [])
    assert found.cores == {"web-1": pytest.approx(0.3), "web-2": pytest.approx(0.123456789)}
    assert kube.calls["list"] == 1


async def test_no_metrics_server_is_no_figures(kube: FakeKube) -> None:
    kube.fail = lambda *_: Unavailable(503, "ServiceUnavailable", "no metrics-server")
    found = await measure(kube, SavedPages(), ("default", "demo"), [])
    assert (found.cores, found.pages) == ({}, {})


async def test_figures_of_another_form_are_no_figures(kube: FakeKube) -> None:
    await kube.create({**usage("web-1"), "containers": [{"usage": {"cpu": "much"}}]})
    assert (await measure(kube, SavedPages(), ("default", "demo"), [])).cores == {}


async def test_pages_of_the_pods_that_answer(kube: FakeKube) -> None:
    pods = [pod("web-1", "ten"), pod("web-2", "eleven"), pod("web-3", None)]
    found = await measure(kube, SavedPages(ten=PAGE), ("default", "demo"), pods)
    assert found.pages.keys() == {"web-1"}


@asynccontextmanager
async def answering(status: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A web Pod at 127.0.0.1."""

    async def page(request: web.Request) -> web.Response:
        assert request.path == "/metrics"
        return web.Response(text=PAGE, status=status)

    app = web.Application()
    app.router.add_get("/metrics", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    monkeypatch.setattr(measures, "WEB_PORT", runner.addresses[0][1])
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("status", "text"), [(200, PAGE), (503, None), (302, None)])
async def test_reads_a_page_by_http(status: int, text: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(status, monkeypatch), HttpPages() as pages:
        assert await pages.read("127.0.0.1") == text


async def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "WEB_PORT", 1)
    async with HttpPages() as pages:
        assert await pages.read("127.0.0.1") is None
        assert await pages.read("::1") is None
