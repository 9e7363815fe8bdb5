"""Bounds the calls in flight, and lets those go first that somebody waits for.

A fleet that is edited at once has hundreds of calls waiting. A pass that was asked for just now marks its
task as prompt, and its calls pass by them; every fourth turn still goes to whoever has waited longest.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from contextvars import ContextVar
from types import TracebackType

PROMPT: ContextVar[bool] = ContextVar("prompt", default=True)
"""Whether the calls of this task, and of tasks that it starts, go before others."""

_FAIR_TURN = 4

_Waiter = asyncio.Future[None]


class Slots:
    """An asynchronous context manager that so many tasks are inside of at most."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._prompt: deque[tuple[int, _Waiter]] = deque()
        self._others: deque[tuple[int, _Waiter]] = deque()
        self._order = itertools.count()
        self._turns = itertools.count(1)

    async def __aenter__(self) -> None:
        if self._free:
            self._free -= 1
            return
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        (self._prompt if PROMPT.get() else self._others).append((next(self._order), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._hand_on()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        while self._prompt or self._others:
            waiter = self._next()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    def _next(self) -> _Waiter:
        fair = next(self._turns) % _FAIR_TURN == 0
        passed_by = self._others and (not self._prompt or (fair and self._others[0][0] < self._prompt[0][0]))
        return (self._others if passed_by else self._prompt).popleft()[1]
