"""The client's own part beside the HTTP of it: streamed lists, and what it does with an older server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest

from resee_operator.kube.client import STREAMED_PAGE, KubeClient
from resee_operator.kube.errors import Gone, Invalid, Unavailable
from resee_operator.kube.resources import KINDS

CONFIG = KINDS["ConfigMap"]


def found(name: str, version: int) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "default", "resourceVersion": str(version)}}


class Wire:
    """Stands in for the connection: answers from a script, and remembers what was asked."""

    def __init__(self, events: list[tuple[str, dict[str, Any]]], *, refuses_streams: bool = False) -> None:
        self.events = events
        self.refuses_streams = refuses_streams
        self.asked: list[Mapping[str, str]] = []

    async def request(self, verb: str, path: str, *, params: Mapping[str, str], accept: str) -> bytes:
        assert (verb, path) == ("GET", "/api/v1/configmaps")
        self.asked.append(dict(params))
        more = "next" if "continue" not in params else ""
        item = found("one" if more else "two", 1)
        return orjson.dumps({"metadata": {"resourceVersion": "9", "continue": more}, "items": [item]})

    @asynccontextmanager
    async def stream(self, path: str, params: Mapping[str, str], accept: str) -> AsyncIterator[Any]:
        self.asked.append(dict(params))
        if self.refuses_streams:
            raise Invalid(422, "Invalid", "sendInitialEvents: Forbidden")

        async def lines() -> AsyncIterator[bytes]:
            for kind, item in self.events:
                yield orjson.dumps({"type": kind, "object": item})

        yield lines()


def client(wire: Wire) -> KubeClient:
    connection: Any = wire
    return KubeClient(connection)


async def test_streamed_list_ends_with_its_bookmark() -> None:
    events = [("ADDED", found(f"c{number}", number)) for number in range(STREAMED_PAGE + 3)]
    wire = Wire([*events, ("BOOKMARK", found("", 99)), ("ADDED", found("later", 100))])
    pages = [page async for page in client(wire).list(CONFIG)]

    assert [len(page.items) for page in pages] == [STREAMED_PAGE, 3]
    assert pages[-1].version == "99"
    assert pages[0].items[0]["kind"] == "ConfigMap"
    assert wire.asked[0]["sendInitialEvents"] == "true"


async def test_what_goes_while_the_list_is_sent_is_told() -> None:
    wire = Wire([("ADDED", found("a", 1)), ("DELETED", found("a", 2)), ("BOOKMARK", found("", 3))])
    pages = [page async for page in client(wire).list(CONFIG)]

    assert [item["metadata"]["name"] for page in pages for item in page.gone] == ["a"]


async def test_older_server_is_listed_by_pages_from_then_on() -> None:
    wire = Wire([], refuses_streams=True)
    api = client(wire)
    for _ in range(2):
        names = [item["metadata"]["name"] async for page in api.list(CONFIG) for item in page.items]
        assert names == ["one", "two"]

    assert ["sendInitialEvents" in params for params in wire.asked] == [True, False, False, False, False]


async def test_what_cannot_be_watched_is_listed_by_pages_and_the_rest_still_streamed() -> None:
    wire = Wire([("BOOKMARK", found("", 3))])
    api = client(wire)
    for resource in (replace(CONFIG, watched=False), CONFIG):
        assert [page async for page in api.list(resource)]

    assert ["sendInitialEvents" in params for params in wire.asked] == [False, False, True]


@pytest.mark.parametrize(("code", "error"), [(410, Gone), (500, Unavailable)])
async def test_error_in_a_watch_is_raised(code: int, error: type[Exception]) -> None:
    wire = Wire([("ERROR", {"code": code, "reason": "x", "message": "y"})])
    with pytest.raises(error):
        await anext(aiter(client(wire).watch(CONFIG, since="1")))
