"""The custom resources as events and lists tell of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from resee_operator.engine.cache import Cache
from resee_operator.engine.resees import Resees
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.resources import RESEE
from tests.support.wait import Budget


def _manifest(namespace: str = "default") -> dict[str, Any]:
    return {
        "apiVersion": RESEE.api_version,
        "kind": RESEE.kind,
        "metadata": {"name": "demo", "namespace": namespace},
        "spec": {"stage": "Local"},
    }


def _resees(kube: FakeKube, *scopes: str) -> tuple[Resees, Cache]:
    cache = Cache(lambda *_: None)
    return Resees(kube, cache, scopes or (None,)), cache


async def _soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(Budget.EVENT.seconds):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.001)


async def test_what_went_away_in_a_gap_of_the_events_is_noticed() -> None:
    kube = FakeKube()
    resees, cache = _resees(kube)
    await kube.create(_manifest())
    await resees.fill()
    await kube.delete(RESEE, "default", "demo")
    assert cache.deployments() == [("default", "demo")]

    catching_up = asyncio.create_task(resees.run())
    resees.missed()
    await _soon(lambda: cache.deployments() == [])
    catching_up.cancel()
    await asyncio.gather(catching_up, return_exceptions=True)


@pytest.mark.parametrize(("scopes", "beats"), [((), [None]), (("default", "other"), ["default"])])
async def test_event_is_a_sign_of_life_of_its_watch(
    scopes: tuple[str, ...], beats: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kube = FakeKube()
    resees, _ = _resees(kube, *scopes)
    for pulse in resees.pulses.values():
        monkeypatch.setattr(pulse, "_beat", -1e9)

    resees.seen("ADDED", await kube.create(_manifest()))

    assert [pulse.namespace for pulse in resees.pulses.values() if pulse.age < 1e8] == beats
