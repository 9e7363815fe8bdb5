"""Events: said once, counted after that, and never a reason to fail."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.engine.events import QUIET, Events
from resee_operator.kube.errors import Unavailable
from resee_operator.kube.fake import FakeKube
from tests.support.clock import Clock

RESEE: dict[str, Any] = {"metadata": {"name": "demo", "namespace": "default", "uid": "u1"}}


@pytest.fixture
def kube() -> FakeKube:
    return FakeKube()


async def test_event_stands_on_the_resee(kube: FakeKube) -> None:
    await Events(kube).warn(RESEE, "InvalidSpec", "spec.host: wrong")
    (event,) = kube.objects("Event").values()

    assert event["involvedObject"]["uid"] == "u1"
    assert (event["type"], event["reason"], event["message"]) == (
        "Warning",
        "InvalidSpec",
        "spec.host: wrong",
    )


async def test_same_event_is_sent_once_an_hour(kube: FakeKube) -> None:
    clock = Clock()
    events = Events(kube, clock)
    for _ in range(100):
        await events.warn(RESEE, "InvalidSpec", "spec.host: wrong")
    assert kube.calls["create"] == 1
    clock.now = QUIET + 1
    await events.warn(RESEE, "InvalidSpec", "spec.host: wrong")

    (event,) = kube.objects("Event").values()
    assert event["count"] == 2


async def test_restarted_operator_counts_on(kube: FakeKube) -> None:
    for _ in range(3):
        await Events(kube).tell(RESEE, "DriftRepaired", "put back: a")

    (event,) = kube.objects("Event").values()
    assert event["count"] == 3


async def test_other_words_are_another_event(kube: FakeKube) -> None:
    events = Events(kube)
    await events.tell(RESEE, "DriftRepaired", "put back: a")
    await events.tell(RESEE, "DriftRepaired", "put back: b")

    assert len(kube.objects("Event")) == 2


async def test_event_that_cannot_be_sent_is_tried_the_next_time(kube: FakeKube) -> None:
    events = Events(kube)
    kube.fail = lambda _verb, _key: Unavailable(503, "Unavailable", "down")
    await events.warn(RESEE, "InvalidSpec", "wrong")
    assert kube.objects("Event") == {}
    kube.fail = lambda _verb, _key: None
    await events.warn(RESEE, "InvalidSpec", "wrong")

    assert len(kube.objects("Event")) == 1


async def test_long_message_is_cut(kube: FakeKube) -> None:
    await Events(kube).warn(RESEE, "InvalidSpec", "x" * 5000)
    (event,) = kube.objects("Event").values()

    assert len(event["message"]) == 1024
