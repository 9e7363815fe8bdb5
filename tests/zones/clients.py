"""Clients that count through a fault: each asks at a constant rate, whatever becomes of the requests before.

An outage is the longest time between two answers that were good, by the clock of the answers. No request is
sent twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
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


@dataclass(frozen=True)
class Failure:
    """A request that failed: when it was sent and given up, by the clock `time.monotonic`, and why."""

    sent: float
    ended: float
    reason: str


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
    bad: list[Failure] = field(default_factory=list)
    kept: list[Any] = field(default_factory=list)

    def once(self) -> None:
        """One request, counted."""
        sent = time.monotonic()
        try:
            value = self.ask()
        except httpx.HTTPError as error:
            said = _said(error.response) if isinstance(error, httpx.HTTPStatusError) else type(error).__name__
            self.bad.append(Failure(sent, time.monotonic(), said))
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
        return max((failure.ended - since for failure in self.bad if failure.ended > since), default=0.0)

    def told(self, since: float) -> str:
        """One line."""
        reasons = Counter(failure.reason for failure in self.bad)
        return (
            f"{self.name}: {len(self.good)} good, {len(self.bad)} failed {dict(reasons)}, still for "
            f"{self.outage(since):.1f} s, last failure after {self.last_failure(since):.1f} s"
        )


@dataclass
class Load:
    """A user who writes, reads and starts tasks, all at once."""

    resee: Resee
    streams: dict[str, Stream]

    @classmethod
    def of(cls, url: str) -> Load:
        """The load of a fresh user."""
        http = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))
        resee = Resee(url, timeout=30, http=http).sign_up()
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

    def failures(self, since: float = 0.0) -> list[Failure]:
        """Requests that were sent after a moment and failed."""
        found = [failure for stream in self.streams.values() for failure in stream.bad]
        return [failure for failure in found if failure.sent >= since]

    def told(self, since: float) -> str:
        """One line for each kind of request."""
        return "\n".join(stream.told(since) for stream in self.streams.values())


def _said(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:60]}"


def _drive(stream: Stream, pool: ThreadPoolExecutor, end: threading.Event) -> None:
    start, sent = time.monotonic(), 0
    while not end.wait(max(0.0, start + sent / stream.rate - time.monotonic())):
        pool.submit(stream.once)
        sent += 1
