"""Leadership on clocks that tests move: take, renew, release, and never two at once."""

from __future__ import annotations

import asyncio

import pytest

from resee_operator.kube.errors import ApiError, Unavailable
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.lease import Leadership, LeaseTimes
from resee_operator.kube.resources import LEASE
from tests.support.clock import Clock
from tests.support.wait import Budget

TIMES = LeaseTimes(duration=12, deadline=8.0, retry=0.001)


@pytest.fixture
def kube() -> FakeKube:
    return FakeKube()


def replica(kube: FakeKube, name: str, clock: Clock, told: list[bool] | None = None) -> Leadership:
    return Leadership(
        kube,
        name="lease",
        namespace="default",
        identity=name,
        times=TIMES,
        changed=(told if told is not None else []).append,
        clock=clock,
    )


async def test_first_to_come_leads_and_the_other_waits(kube: FakeKube) -> None:
    clock = Clock(100.0)
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    await first.round()
    await second.round()

    assert (first.leads(), second.leads()) == (True, False)


async def test_renewals_keep_it(kube: FakeKube) -> None:
    clock = Clock(100.0)
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    for _ in range(20):
        await first.round()
        await second.round()
        clock.now += 5

    assert not second.leads()
    assert kube.objects("Lease")["lease"]["spec"]["leaseTransitions"] == 0


async def test_holder_that_does_not_renew_is_replaced_after_the_duration(kube: FakeKube) -> None:
    clock = Clock(100.0)
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    await first.round()
    await second.round()
    clock.now += 11.9
    await second.round()
    assert not second.leads()
    clock.now += 0.2
    await second.round()

    assert second.leads()
    assert kube.objects("Lease")["lease"]["spec"]["leaseTransitions"] == 1


@pytest.mark.parametrize("paused", [0.1, 4.0, 7.9, 8.1, 11.9, 12.1, 60.0])
async def test_paused_holder_stops_before_another_can_begin(kube: FakeKube, paused: float) -> None:
    clock = Clock(100.0)
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    await first.round()
    await second.round()
    clock.now += paused
    await second.round()

    assert not (first.leads() and second.leads())
    assert first.leads() == (paused < TIMES.deadline)


async def test_continued_holder_does_not_take_it_back(kube: FakeKube) -> None:
    clock = Clock(100.0)
    told: list[bool] = []
    first, second = replica(kube, "first", clock, told), replica(kube, "second", clock)
    await first.round()
    await second.round()
    clock.now += 30
    await second.round()
    await first.round()

    assert (first.leads(), second.leads()) == (False, True)
    assert told == [True, False]


async def test_clock_of_the_wall_does_not_matter(kube: FakeKube) -> None:
    clock = Clock(100.0)
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    await first.round()
    await kube.patch(LEASE, "default", "lease", {"spec": {"renewTime": "1999-01-01T00:00:00.000000Z"}})
    await second.round()

    assert not second.leads()


async def test_released_lease_is_free_at_once(kube: FakeKube) -> None:
    clock = Clock(100.0)
    told: list[bool] = []
    first, second = replica(kube, "first", clock, told), replica(kube, "second", clock)
    await first.round()
    await second.round()
    await first.release()
    await second.round()

    assert (first.leads(), second.leads()) == (False, True)
    assert told == [True, False]


async def test_release_of_what_is_not_ours_does_nothing(kube: FakeKube) -> None:
    clock = Clock(100.0)
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    await first.round()
    await second.round()
    await second.release()

    assert kube.objects("Lease")["lease"]["spec"]["holderIdentity"] == "first"


async def test_unreachable_server_ends_leadership_at_the_deadline(kube: FakeKube) -> None:
    clock = Clock(100.0)
    first = replica(kube, "first", clock)
    await first.round()

    def down(_verb: str, _key: tuple[str, str, str]) -> ApiError:
        return Unavailable(0, "ClientConnectorError", "down")

    kube.fail = down
    clock.now += 7
    await first.round()
    assert first.leads()
    clock.now += 2
    await first.round()
    assert not first.leads()


async def test_of_two_at_the_same_moment_one_leads(kube: FakeKube) -> None:
    clock = Clock(100.0)
    replicas = [replica(kube, f"r{number}", clock) for number in range(5)]
    await asyncio.gather(*(each.round() for each in replicas))

    assert sum(each.leads() for each in replicas) == 1


async def test_cancelled_run_gives_the_lease_back(kube: FakeKube) -> None:
    first = replica(kube, "first", Clock(100.0))
    task = asyncio.create_task(first.run())
    async with asyncio.timeout(Budget.EVENT.seconds):
        while not first.leads():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert kube.objects("Lease")["lease"]["spec"]["holderIdentity"] == ""
