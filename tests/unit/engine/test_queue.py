"""The queue on a clock that stands still: merging, one pass at a time, back-off, fairness."""

from __future__ import annotations

import asyncio

import pytest

from resee_operator.engine.queue import CROWD, HELD, Backoff, Key, Queue, Urgency
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> Queue:
    return Queue(Backoff(first=1.0, longest=8.0), monotonic=clock)


def key(name: str) -> Key:
    return ("default", name)


async def empty(queue: Queue) -> bool:
    """Whether nobody's turn has come."""
    try:
        async with asyncio.timeout(0.01):
            await queue.get()
    except TimeoutError:
        return True
    return False


async def test_events_of_one_deployment_merge(queue: Queue) -> None:
    for _ in range(50):
        queue.add(key("a"))

    assert await queue.get() == key("a")
    queue.done(key("a"))
    assert await empty(queue)


async def test_one_pass_at_a_time(queue: Queue) -> None:
    queue.add(key("a"))
    await queue.get()
    queue.add(key("a"))
    queue.add(key("a"), Urgency.EDIT)

    assert await empty(queue)
    queue.done(key("a"))
    assert await queue.get() == key("a")
    queue.done(key("a"))
    assert await empty(queue)


async def test_waiting_get_is_woken_by_an_event(queue: Queue) -> None:
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add(key("a"))

    assert await waiting == key("a")


async def test_delayed_key_waits(queue: Queue, clock: Clock) -> None:
    queue.add(key("a"), delay=5.0)
    assert await empty(queue)
    clock.now = 5.1

    assert await queue.get() == key("a")


async def test_earlier_of_two_delays_counts(queue: Queue, clock: Clock) -> None:
    queue.add(key("a"), delay=50.0)
    queue.add(key("a"), delay=1.0)
    queue.add(key("a"), delay=20.0)
    clock.now = 1.1

    assert await queue.get() == key("a")
    queue.done(key("a"))
    clock.now = 60.0
    assert await empty(queue)


async def test_delay_that_ends_during_the_pass_brings_another(queue: Queue, clock: Clock) -> None:
    queue.add(key("a"))
    await queue.get()
    queue.add(key("a"), delay=1.0)
    clock.now = 2.0
    assert await empty(queue)
    queue.done(key("a"))

    assert await queue.get() == key("a")


async def test_failures_back_off_longer_and_longer(queue: Queue, clock: Clock) -> None:
    waits = []
    for _ in range(6):
        queue.add(key("a"), Urgency.EDIT)
        await queue.get()
        waits.append(queue.done(key("a"), failed=True) or 0.0)

    for failures, wait in enumerate(waits):
        assert min(2.0**failures, 8.0) / 2 <= wait <= min(2.0**failures, 8.0)
    assert queue.backing_off == 1


async def test_success_forgets_the_failures(queue: Queue, clock: Clock) -> None:
    for failed in (True, True, True, False, True):
        queue.add(key("a"), Urgency.EDIT)
        await queue.get()
        wait = queue.done(key("a"), failed=failed)

    assert wait is not None
    assert wait <= 1.0


async def test_edit_ends_a_back_off(queue: Queue) -> None:
    queue.add(key("a"))
    await queue.get()
    queue.done(key("a"), failed=True)
    assert await empty(queue)
    queue.add(key("a"), Urgency.EDIT)

    assert await queue.get() == key("a")


async def test_changes_of_children_do_not_defeat_a_back_off(queue: Queue, clock: Clock) -> None:
    for _ in range(5):
        queue.add(key("a"), Urgency.EDIT)
        await queue.get()
        queue.done(key("a"), failed=True)
    queue.add(key("a"))
    assert await empty(queue)
    clock.now = HELD + 0.1

    assert await queue.get() == key("a")


async def test_edit_during_a_failing_pass_is_tried_at_once(queue: Queue) -> None:
    queue.add(key("a"))
    await queue.get()
    queue.add(key("a"), Urgency.EDIT)

    assert queue.done(key("a"), failed=True) == 0.0
    assert await queue.get() == key("a")


async def test_edit_goes_before_a_resync(queue: Queue) -> None:
    for number in range(10):
        queue.add(key(f"r{number}"), Urgency.RESYNC)
    queue.add(key("edit"), Urgency.EDIT)

    assert await queue.get() == key("edit")


async def test_late_edit_does_not_wait_behind_a_fleet(queue: Queue, clock: Clock) -> None:
    for number in range(1000):
        clock.now += 0.001
        queue.add(key(f"fleet-{number}"), Urgency.EDIT)
    queue.add(key("late"), Urgency.EDIT)
    turns = [await queue.get() for _ in range(2)]

    assert key("late") in turns


async def test_edit_of_its_own_does_not_wait_behind_a_fleet_that_is_still_being_edited(queue: Queue) -> None:
    for number in range(500):
        queue.add(key(f"before-{number}"), Urgency.EDIT, topic="logLevel")
    queue.add(key("apart"), Urgency.EDIT, topic="web")
    for number in range(500):
        queue.add(key(f"after-{number}"), Urgency.EDIT, topic="logLevel")
    turns = [await queue.get() for _ in range(2)]

    assert key("apart") in turns


async def test_topics_are_forgotten_with_their_last_edit(queue: Queue) -> None:
    names = ("a", "b", "c", "d")
    for name in names:
        queue.add(key(name), Urgency.EDIT, topic=name)

    assert {await queue.get() for _ in names} == {key(name) for name in names}
    queue.add(key("a"), Urgency.EDIT, topic="b")
    queue.done(key("a"))
    assert await queue.get() == key("a")


async def test_nobody_starves(queue: Queue, clock: Clock) -> None:
    queue.add(key("patient"), Urgency.RESYNC)
    served = set()
    for number in range(20):
        clock.now += 1
        queue.add(key(f"eager-{number}"), Urgency.EDIT)
        served.add(await queue.get())

    assert key("patient") in served


async def test_forgotten_deployment_does_not_come_again(queue: Queue, clock: Clock) -> None:
    queue.add(key("a"))
    await queue.get()
    queue.done(key("a"), failed=True)
    queue.forget(key("a"))
    clock.now = 1000.0

    assert await empty(queue)
    assert queue.backing_off == 0


async def test_depth_and_age_are_told(queue: Queue, clock: Clock) -> None:
    assert (queue.depth, queue.oldest) == (0, 0.0)
    queue.add(key("a"))
    clock.now = 3.0
    queue.add(key("b"), Urgency.EDIT)

    assert (queue.depth, queue.oldest) == (2, 3.0)


async def test_many_edits_crowd_the_queue_and_many_changes_do_not(queue: Queue) -> None:
    for number in range(CROWD + 1):
        queue.add(key(f"changed-{number}"), Urgency.CHANGE)
    for number in range(CROWD):
        queue.add(key(f"edited-{number}"), Urgency.EDIT)
    assert not queue.crowded
    queue.add(key("one more"), Urgency.EDIT)
    assert queue.crowded


async def test_newest_edit_of_a_fleet_is_prompt_and_the_rest_is_not(queue: Queue, clock: Clock) -> None:
    for name in ("a", "b", "c"):
        queue.add(key(name), Urgency.EDIT)
    clock.now += 10
    queue.add(key("late"), Urgency.EDIT)

    assert {taken: queue.is_prompt(taken) for taken in [await queue.get() for _ in range(4)]} == {
        key("late"): True,
        key("a"): False,
        key("b"): False,
        key("c"): False,
    }


async def test_prompt_pass_is_over_when_it_is_done(queue: Queue, clock: Clock) -> None:
    queue.add(key("a"), Urgency.EDIT)
    taken = await queue.get()
    assert queue.is_prompt(taken)
    queue.add(taken, Urgency.CHANGE)
    queue.done(taken)
    await queue.get()

    assert not queue.is_prompt(taken), "nobody waits for a child's change"
