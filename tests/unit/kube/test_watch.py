"""A watch on the fake cluster: what reaches the sink, also over gaps and errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from resee_operator.kube.errors import ApiError, NotFound, Unavailable
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.resources import KINDS, Manifest, Resource, name_of
from resee_operator.kube.watch import Name, Pace, Watch
from tests.support.wait import Budget

CONFIG = KINDS["ConfigMap"]
FAST = Pace(relist=1000.0, first_pause=0.001, longest_pause=0.002)


class Held:
    """A sink that only remembers names."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.lists = 0

    def seen(self, resource: Resource, found: Manifest) -> None:
        assert resource.kind == CONFIG.kind
        self.names.add(name_of(found))

    def gone(self, resource: Resource, name: Name, version: int) -> None:
        assert version > 0
        self.names.discard(name[1])

    def listed(self, resource: Resource, namespace: str | None, names: set[Name], version: int) -> None:
        self.lists += 1
        self.names &= {name for _, name in names}


def config(name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default", "labels": {"app": "resee"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}}


@pytest.fixture
def kube() -> FakeKube:
    return FakeKube()


@asynccontextmanager
async def followed(kube: FakeKube, pace: Pace = FAST) -> AsyncIterator[tuple[Held, Watch]]:
    """A watch that runs, and its sink."""
    held = Held()
    watch = Watch(kube, CONFIG, held, selector="app=resee", pace=pace)
    task = asyncio.create_task(watch.run())
    try:
        yield held, watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def soon(holds: Callable[[], bool]) -> None:
    """Let the loop run until something holds."""
    async with asyncio.timeout(Budget.EVENT.seconds):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.001)


async def test_an_optional_kind_that_is_not_installed_is_empty_until_it_is(kube: FakeKube) -> None:
    installed = False

    def fail(verb: str, _: tuple[str, str, str]) -> ApiError | None:
        return (
            None if installed or verb not in ("list", "watch") else NotFound(404, "NotFound", "no such kind")
        )

    kube.fail = fail
    await kube.create(config("one"))
    held = Held()
    held.names.add("of-old")
    watch = Watch(kube, replace(CONFIG, optional=True), held, pace=replace(FAST, absent=0.001))
    task = asyncio.create_task(watch.run())
    await soon(lambda: held.lists > 2)
    assert held.names == set()
    installed = True
    await soon(lambda: held.names == {"one"})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_kind_that_must_be_installed_is_an_error(kube: FakeKube) -> None:
    kube.fail = lambda *_: NotFound(404, "NotFound", "no such kind")
    with pytest.raises(NotFound):
        await Watch(kube, CONFIG, Held()).fill()


async def test_what_stands_is_listed_and_what_comes_is_followed(kube: FakeKube) -> None:
    await kube.create(config("one"))
    async with followed(kube) as (held, _):
        await soon(lambda: held.names == {"one"})
        await kube.create(config("two"))
        await soon(lambda: held.names == {"one", "two"})
        await kube.delete(CONFIG, "default", "one")
        await soon(lambda: held.names == {"two"})
        assert held.lists == 1


async def test_what_the_selector_leaves_out_is_not_seen(kube: FakeKube) -> None:
    other = config("other")
    other["metadata"]["labels"] = {"app": "x"}
    await kube.create(other)
    await kube.create(config("one"))
    async with followed(kube) as (held, _):
        await soon(lambda: "one" in held.names)
        assert held.names == {"one"}


async def test_expired_version_is_listed_anew_and_what_went_is_noticed(kube: FakeKube) -> None:
    await kube.create(config("one"))
    async with followed(kube) as (held, _):
        await soon(lambda: held.names == {"one"})
        kube.fail = lambda verb, _: (
            Unavailable(500, "InternalError", "etcd has no leader") if verb == "watch" else None
        )
        await kube.delete(CONFIG, "default", "one")
        await kube.create(config("two"))
        await kube.expire_versions()
        kube.fail = lambda _verb, _key: None
        await soon(lambda: held.names == {"two"})
        assert held.lists >= 2


async def test_every_error_is_waited_out(kube: FakeKube) -> None:
    errors = [Unavailable(503, "Unavailable", "down"), ApiError(418, "Teapot", "?"), ValueError("no JSON")]

    def fail(verb: str, _key: tuple[str, str, str]) -> ApiError | None:
        if errors:
            error = errors.pop()
            if isinstance(error, ApiError):
                return error
            raise error
        return None

    kube.fail = fail
    async with followed(kube) as (held, _):
        kube_config = config("one")
        await soon(lambda: not errors)
        await kube.create(kube_config)
        await soon(lambda: held.names == {"one"})


async def test_list_is_repeated_after_its_time(kube: FakeKube) -> None:
    kube.fail = lambda verb, _: Unavailable(503, "Unavailable", "over") if verb == "watch" else None
    async with followed(kube, Pace(relist=0.0, first_pause=0.001, longest_pause=0.002)) as (held, _):
        # Requests end every few minutes; before each new one it is looked whether the time is up.
        await soon(lambda: held.lists >= 3)


async def test_age_counts_from_the_last_sign_of_life(kube: FakeKube) -> None:
    clock = [0.0]
    watch = Watch(kube, CONFIG, Held(), monotonic=lambda: clock[0])
    clock[0] = 50.0
    assert watch.pulse.age == 50.0
    await watch.fill()

    assert watch.pulse.age == 0.0
    assert watch.pulse.idle == 0.0


def test_title_tells_metadata_apart(kube: FakeKube) -> None:
    assert Watch(kube, CONFIG, Held()).pulse.title == "configmaps"
    assert Watch(kube, CONFIG, Held(), metadata_only=True).pulse.title == "configmaps (metadata)"
