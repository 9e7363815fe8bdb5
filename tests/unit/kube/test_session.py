"""The session that Kopf gets: what it sends along, and what it tells of somebody else's watches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from kubernetes.aio.client import Configuration

from resee_operator.kube.pulse import Pulse
from resee_operator.kube.resources import RESEE
from resee_operator.kube.session import listening, open_session


@dataclass
class Place:
    """A session with a small server, and what was told of its answers."""

    session: aiohttp.ClientSession
    url: str
    pulse: Pulse
    clock: list[float]
    lists: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    async def get(self, query: str, path: str = RESEE.path("mine")) -> None:
        async with self.session.get(f"{self.url}{path}{query}"):
            return


@asynccontextmanager
async def opened(status: int = 200) -> AsyncIterator[tuple[Place, Configuration]]:
    async def answer(request: web.Request) -> web.Response:
        place.tokens.append(request.headers.get("Authorization"))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    configuration = Configuration()
    configuration.host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    configuration.api_key["BearerToken"] = "Bearer first"
    clock, lists = [0.0], list[str]()
    pulse = Pulse(RESEE.plural, "mine", lambda: clock[0])
    listener = listening({RESEE.path("mine"): pulse}, lambda: lists.append("list"))
    try:
        async with open_session(configuration, listener) as session:
            place = Place(session, configuration.host, pulse, clock, lists)
            yield place, configuration
    finally:
        await runner.cleanup()


async def test_answered_request_is_a_sign_of_life() -> None:
    async with opened() as (place, _):
        place.clock[0] = 50.0
        assert place.pulse.age == 50.0
        await place.get("?watch=true&resourceVersion=7")
        assert (place.pulse.age, place.pulse.idle) == (0.0, 0.0)


async def test_refused_request_shows_only_that_somebody_asks() -> None:
    async with opened(status=500) as (place, _):
        place.clock[0] = 50.0
        await place.get("?watch=true")
        assert (place.pulse.age, place.pulse.idle) == (50.0, 0.0)
        assert place.lists == []


async def test_request_for_something_else_says_nothing() -> None:
    async with opened() as (place, _):
        place.clock[0] = 50.0
        await place.get("?watch=true", RESEE.path("other"))
        await place.get("", "/apis/resee.io/v1alpha1")
        assert (place.pulse.age, place.pulse.idle, place.lists) == (50.0, 50.0, [])


@pytest.mark.parametrize(
    ("query", "lists"), [("?limit=50", 1), ("?limit=50&continue=abc", 0), ("?watch=true", 0), ("", 1)]
)
async def test_first_page_of_a_list_is_told(query: str, lists: int) -> None:
    async with opened() as (place, _):
        await place.get(query)
        assert len(place.lists) == lists


async def test_token_is_sent_as_it_is_at_the_time() -> None:
    async with opened() as (place, configuration):
        await place.get("")
        configuration.api_key["BearerToken"] = "Bearer second"
        await place.get("")
        assert place.tokens == ["Bearer first", "Bearer second"]
