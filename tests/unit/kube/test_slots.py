"""The slots of calls: never more than they are, prompt calls first, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from resee_operator.kube.slots import PROMPT, Slots


class Line:
    """Tasks that pass through slots and note their names in the order in which they came in."""

    def __init__(self, slots: Slots) -> None:
        self.came: list[str] = []
        self._slots = slots

    async def enter(self, name: str, *, prompt: bool) -> asyncio.Task[None]:
        """Begin to wait for a slot."""
        task = asyncio.create_task(self._go(name, prompt))
        await asyncio.sleep(0)
        return task

    async def _go(self, name: str, prompt: bool) -> None:
        PROMPT.set(prompt)
        async with self._slots:
            self.came.append(name)


async def test_no_more_inside_than_slots() -> None:
    slots, inside, most = Slots(3), 0, 0

    async def go() -> None:
        nonlocal inside, most
        async with slots:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(go() for _ in range(20)))
    assert most == 3


async def test_prompt_call_goes_before_those_that_wait() -> None:
    slots = Slots(1)
    line = Line(slots)
    async with slots:
        tasks = [await line.enter(name, prompt=False) for name in ("old 1", "old 2")]
        tasks.append(await line.enter("new", prompt=True))
    await asyncio.gather(*tasks)

    assert line.came == ["new", "old 1", "old 2"]


async def test_every_fourth_turn_goes_to_the_longest_waiting() -> None:
    slots = Slots(1)
    line = Line(slots)
    async with slots:
        tasks = [await line.enter("old", prompt=False)]
        tasks += [await line.enter(f"new {number}", prompt=True) for number in range(5)]
    await asyncio.gather(*tasks)

    assert line.came == ["new 0", "new 1", "new 2", "old", "new 3", "new 4"]


async def test_subtasks_are_as_prompt_as_their_task() -> None:
    slots = Slots(1)
    line = Line(slots)

    async def background() -> None:
        PROMPT.set(False)
        await asyncio.gather(line._slots.__aenter__())

    async with slots:
        waiting = asyncio.create_task(background())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        prompt = await line.enter("prompt", prompt=True)
    await prompt
    await waiting

    assert line.came == ["prompt"]


@pytest.mark.parametrize("handed_on", [False, True], ids=["while it waits", "as its turn comes"])
async def test_cancelled_call_loses_no_slot(handed_on: bool) -> None:
    slots = Slots(1)
    line = Line(slots)
    async with slots:
        gone = await line.enter("gone", prompt=True)
        if not handed_on:
            gone.cancel()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone

    await (await line.enter("next", prompt=True))
    assert line.came == ["next"]
