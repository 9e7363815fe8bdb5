"""Clients that count through a fault: each asks at a constant rate, whatever becomes of the requests before.

An outage is the longest time between two answers that were good, by the clock of the answers. Nothing is
asked twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx

from tests.e2e.resee import Resee

TIMEOUT = 4.0
"""Seconds after which a user gives up."""
_WAITING = 64
"""Requests of one client that may wait at the same time: its rate times the timeout, and more."""


@dataclass
class Stream:
    """One kind of request, and what came of it.

    Args:
        name: what it is.
        ask: one request; its value is kept where it is not None.
        rate: requests a second.
    """

    name: str
    ask: Callable[[], Any]
    rate: float
    good: list[float] = field(default_factory=list)
    bad: list[tuple[float, str]] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    def once(self) -> None:
        """One request, counted."""
        try:
            value = self.ask()
        except httpx.HTTPError as error:
            said = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
            self.bad.append((time.monotonic(), f"{type(error).__name__} {said}".strip()))
        else:
            self.good.append(time.monotonic())
            if value is not None:
                self.kept.append(value)

    def outage(self, since: float) -> float:
        """Seconds until the flow was as before: the longest gap that ends after ``since``."""
        times = sorted(self.good)
        gaps = [later - max(before, since) for before, later in pairwise(times) if later > since]
        return max(gaps, default=float("inf"))

    def last_failure(self, since: float) -> float:
        """Seconds after ``since`` at which the last request failed; 0 where none did."""
        return max((at - since for at, _ in self.bad if at > since), default=0.0)


@dataclass
class Load:
    """A user who writes, reads and starts tasks, all at once."""

    resee: Resee
    streams: dict[str, Stream]

    @classmethod
    def of(cls, url: str) -> Load:
        """The load of a fresh user."""
        resee = Resee(url, timeout=30).sign_up()
        resee.timeout = TIMEOUT
        streams = (
            Stream("writes", lambda: resee.create_content("counted"), rate=3),
            Stream("reads", lambda: resee.contents() and None, rate=5),
            Stream("tasks", resee.start_export, rate=0.5),
        )
        return cls(resee, {stream.name: stream for stream in streams})

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask until the block ends; what is under way then is waited for."""
        end = threading.Event()
        with ExitStack() as stack:
            for stream in self.streams.values():
                pool = stack.enter_context(ThreadPoolExecutor(_WAITING))
                thread = threading.Thread(target=_drive, args=(stream, pool, end), name=stream.name)
                thread.start()
                stack.callback(thread.join)
            stack.callback(end.set)
            yield

    def outage(self, name: str, since: float) -> float:
        """Seconds for which a kind of request stood still."""
        return self.streams[name].outage(since)

    def rows_lost(self) -> set[int]:
        """Acknowledged contents that are not there."""
        return set(self.streams["writes"].kept) - self.resee.all_contents()

    def tasks_left(self) -> set[str]:
        """Acknowledged tasks that are not done."""
        return {task for task in self.streams["tasks"].kept if self.resee.export(task)["status"] != "done"}

    def told(self, since: float) -> str:
        """One line for each kind of request."""
        return "\n".join(
            f"{one.name}: {len(one.good)} good, {len(one.bad)} failed, still for {one.outage(since):.1f} s, "
            f"last failure after {one.last_failure(since):.1f} s"
            for one in self.streams.values()
        )


def _drive(stream: Stream, pool: ThreadPoolExecutor, end: threading.Event) -> None:
    start, sent = time.monotonic(), 0
    while not end.wait(max(0.0, start + sent / stream.rate - time.monotonic())):
        pool.submit(stream.once)
        sent += 1
