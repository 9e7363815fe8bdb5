"""The bench of the application: its closed loop against a real server, and its table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bench.app.load import Load, message
from bench.app.measure import Result, Series
from bench.app.report import figures
from bench.tasks import measure as tasks
from tests.nginx.backend import StubBackend

GET = {"method": "GET", "path": "/api/x/"}


@pytest.fixture
def stub() -> Iterator[StubBackend]:
    with StubBackend() as made:
        yield made


def plan(port: int, *requests: dict[str, Any]) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "connections": 2,
        "seconds": 0.3,
        "warm_up": 0.05,
        "requests": requests,
    }


def test_a_request_says_its_length_and_its_headers() -> None:
    post = {"method": "POST", "path": "/a/", "headers": {"Authorization": "Bearer x"}, "body": "é"}

    assert message("resee", post) == (
        b"POST /a/ HTTP/1.1\r\nHost: resee\r\nContent-Length: 2\r\nAuthorization: Bearer x\r\n\r\n\xc3\xa9"
    )


def test_every_answer_is_counted_with_its_latency(stub: StubBackend) -> None:
    ready = {"method": "GET", "path": "/api/health/ready/"}  # the stub answers 503

    measured = asyncio.run(Load(plan(stub.port, GET, ready)).run())

    assert set(measured["statuses"]) == {200, 503}
    assert sum(measured["statuses"].values()) == len(measured["latencies"]) > 10
    assert all(latency > 0 for latency in measured["latencies"])
    # Kept connections: as many as were asked for. What came while it warmed up is not counted.
    assert stub.connections == 2
    assert stub.requests >= measured["answers"] > len(measured["latencies"])


def result(today: float) -> Result:
    rates = {"bare": 1000.0, "today": today, "today anew": 100.0, "complete": 50.0}
    database = {"today in PostgreSQL": 400.0, "complete in PostgreSQL": 200.0}
    latencies = [float(n) for n in range(1, 101)]
    series = {
        name: Series([rate, rate, 1.0], latencies, [1000 / rate])
        for name, rate in {**rates, **database}.items()
    }
    return Result(series, [[2, 4], [2, 4]])


@pytest.mark.parametrize(("today", "goal"), [(600.0, ">= 0.6"), (599.0, ">= 0.6 (missed)")])
def test_the_goal_is_a_share_of_the_bare_view(today: float, goal: str) -> None:
    bare, first, *_ = figures(result(today))

    assert (first.ratio, first.goal) == (f"{today / 1000:.2f}", goal)
    assert first.yardstick == "1000/s, the bare view"
    assert bare.measured == "1000/s, 50.5 / 100.0 ms"


def test_the_cost_of_an_answer_stands_beside_that_of_the_bare_view() -> None:
    (row,) = [row for row in figures(result(500)) if row.name.startswith("complete: web")]

    assert (row.measured, row.yardstick, row.ratio) == ("20.00 ms", "1.00 ms, the bare view", "0.05")


def test_each_endpoint_stands_beside_its_statements_and_its_queries() -> None:
    *_, today, complete, queries = figures(result(600))

    assert (today.measured, today.yardstick, today.ratio) == ("100/s", "400/s, pgbench", "0.25")
    assert (complete.ratio, queries.measured, queries.yardstick) == ("0.25", "2 / 4", "2 / 4 with 10")


@pytest.mark.parametrize(("lost", "goal"), [(0, "0"), (1, "0 (missed)")])
def test_a_lost_task_misses_the_goal(lost: int, goal: str) -> None:
    row = tasks._losses("Redis", lost, 12, 1000)

    assert (row.measured, row.goal) == (f"{lost} of 1000", goal)
    assert row.yardstick.startswith("12 of 1000")
