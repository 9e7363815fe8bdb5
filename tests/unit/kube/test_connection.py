"""The connection against a small HTTP server: retries, bounds, the guard, and long lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
import pytest
from aiohttp import web
from kubernetes.aio.client import Configuration

from resee_operator.kube.configuration import proxy_of
from resee_operator.kube.connection import Connection, Limits
from resee_operator.kube.errors import Conflict, Forbidden, NotFound, NotLeader, Unavailable
from tests.support.wait import Budget

FAST = Limits(timeout=Budget.ANSWER.seconds, backoff=0.001, longest_backoff=0.002, attempts=4)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers with a script of statuses, the last one for ever, and remembers what it was asked."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.asked: list[web.Request] = []
        self.at_once = self.most_at_once = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.002)
        self.at_once -= 1
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        body = (
            {"kind": "Status", "reason": "Because", "message": "so it is"} if status >= 400 else {"ok": True}
        )
        return web.json_response(body, status=status)


@asynccontextmanager
async def connected(
    handler: Handler, limits: Limits = FAST, guard: Callable[[], bool] | None = None
) -> AsyncIterator[tuple[Connection, list[tuple[str, str, int]]]]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    configuration = Configuration()
    configuration.host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    configuration.api_key["BearerToken"] = "Bearer secret-token"
    observed: list[tuple[str, str, int]] = []
    try:
        async with Connection(
            configuration,
            limits,
            guard=guard,
            observe=lambda verb, path, code, _: observed.append((verb, path, code)),
        ) as connection:
            yield connection, observed
    finally:
        await runner.cleanup()


async def test_answer_is_returned_and_counted() -> None:
    server = Server(200)
    async with connected(server.answer) as (connection, observed):
        assert orjson.loads(await connection.request("GET", "/x")) == {"ok": True}

    assert observed == [("GET", "/x", 200)]
    assert server.asked[0].headers["Authorization"] == "Bearer secret-token"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_what_passes_by_itself_is_tried_again(status: int) -> None:
    server = Server(status, status, 200)
    async with connected(server.answer) as (connection, observed):
        await connection.request("POST", "/x", body={"a": 1})

    assert [code for _, _, code in observed] == [status, status, 200]


async def test_tries_are_bounded() -> None:
    server = Server(503)
    async with connected(server.answer) as (connection, _):
        with pytest.raises(Unavailable):
            await connection.request("GET", "/x")

    assert len(server.asked) == FAST.attempts


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (404, NotFound), (409, Conflict)])
async def test_a_decided_answer_is_not_tried_again(status: int, error: type[Exception]) -> None:
    server = Server(status)
    async with connected(server.answer) as (connection, _):
        with pytest.raises(error, match="so it is"):
            await connection.request("POST", "/x", body={})

    assert len(server.asked) == 1


async def test_conflict_of_a_patch_is_tried_again() -> None:
    server = Server(409, 200)
    async with connected(server.answer) as (connection, _):
        await connection.request("PATCH", "/x", body={})

    assert len(server.asked) == 2


async def test_calls_in_flight_are_bounded() -> None:
    server = Server(200)
    async with connected(server.answer, Limits(in_flight=3)) as (connection, _):
        await asyncio.gather(*(connection.request("GET", "/x") for _ in range(20)))

    assert server.most_at_once == 3


async def test_silent_server_is_given_up() -> None:
    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(10)
        return web.Response()

    async with connected(silent, Limits(timeout=0.05, attempts=1)) as (connection, observed):
        with pytest.raises(Unavailable, match="no answer"):
            await connection.request("GET", "/x")

    assert observed == [("GET", "/x", 0)]


@pytest.mark.parametrize(
    ("environment", "own", "expected"),
    [
        ({}, None, None),
        ({"https_proxy": "http://proxy.example:3128"}, None, "http://proxy.example:3128"),
        ({"https_proxy": "http://proxy.example:3128", "no_proxy": "10.96.0.1"}, None, None),
        ({"http_proxy": "http://proxy.example:3128"}, None, None),
        ({"https_proxy": "http://proxy.example:3128"}, "http://own.example:1", "http://own.example:1"),
    ],
    ids=["none", "environment", "bypassed", "of another scheme", "kubeconfig first"],
)
def test_proxy_comes_from_the_kubeconfig_or_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], own: str | None, expected: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    configuration = Configuration()
    configuration.host, configuration.proxy = "https://10.96.0.1:443", own

    assert proxy_of(configuration) == expected


async def test_guard_stops_writes_and_lets_reads_through() -> None:
    server = Server(200)
    async with connected(server.answer, guard=lambda: False) as (connection, _):
        await connection.request("GET", "/x")
        for verb in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(NotLeader):
                await connection.request(verb, "/x", body={})

    assert [request.method for request in server.asked] == ["GET"]


async def test_guard_is_asked_when_the_bytes_leave() -> None:
    """The pool has given the connection, and the event loop runs other things before the body goes out."""
    server, leads = Server(200), iter([True, False])
    async with connected(server.answer, guard=lambda: next(leads)) as (connection, _):
        with pytest.raises(NotLeader):
            await connection.request("PATCH", "/", body={"a": 1})

    assert not server.asked


async def test_guard_is_asked_after_waiting_for_a_place() -> None:
    server, leads = Server(200), [True]

    async def lose_the_lease(request: web.Request) -> web.StreamResponse:
        leads[0] = False
        return await server.answer(request)

    async with connected(lose_the_lease, Limits(in_flight=1), guard=lambda: leads[0]) as (connection, _):
        first = asyncio.create_task(connection.request("PATCH", "/first", body={}))
        second = asyncio.create_task(connection.request("PATCH", "/second", body={}))
        await first
        with pytest.raises(NotLeader):
            await second

    assert [request.path for request in server.asked] == ["/first"]


async def test_stream_gives_lines_of_any_length() -> None:
    lines = [b"short", b"x" * 300_000, b"end"]

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        text = b"\n".join(lines) + b"\n"
        for start in range(0, len(text), 50_000):
            await response.write(text[start : start + 50_000])
        return response

    async with connected(stream) as (connection, _), connection.stream("/x", {}, "*/*") as found:
        assert [line async for line in found] == lines


async def test_stream_that_falls_silent_is_given_up() -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"one\n")
        await asyncio.sleep(10)
        return response

    seen: list[bytes] = []

    async def read(connection: Connection) -> None:
        async with connection.stream("/x", {}, "*/*") as lines:
            async for line in lines:
                seen.append(line)

    async with connected(stream, Limits(silence=0.5)) as (connection, _):
        with pytest.raises(Unavailable, match="broke off"):
            await read(connection)

    assert seen == [b"one"]
