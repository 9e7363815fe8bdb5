"""Which deployment has its pass next: no two passes of one at once, later events merge, failures back off.

Every second turn goes to whoever has waited longest, so that nobody starves. The turns between go to the most
urgent, and among edits to the newest of those that are about what the fewest are about, so that one edit does
not wait behind a fleet of a thousand that is being edited as a whole.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from resee_operator.engine.topics import Topics

Key = tuple[str, str]
"""Namespace and name of a ReseeDeployment."""


class Urgency(IntEnum):
    """Who waits for the pass."""

    EDIT = 0  # somebody: an edit, a deleted child, a Secret that has come
    CHANGE = 1  # a child has changed, or a failed pass is tried again
    RESYNC = 2  # nobody: a look for what a watch has missed


@dataclass(frozen=True)
class Backoff:
    """Seconds before a failed pass is tried again: doubles from first to longest, jitter of half to whole.

    1 and 300: a server that restarts is met again within seconds; a deployment that fails for ever costs
    nothing.
    """

    first: float = 1.0
    longest: float = 300.0

    def after(self, failures: int) -> float:
        return min(self.first * 2.0 ** min(failures - 1, 32), self.longest) * random.uniform(0.5, 1.0)  # noqa: S311


MERGE = 0.03
"""Seconds that a change of a child waits for more of them: a rollout changes a Deployment and its Pods in
bursts."""

HELD = 2.0
"""Seconds that a change of a child waits at least while its deployment backs off after a failed pass."""


PROMPT = 0.5
"""Seconds within which an edit that is taken up counts as one that somebody waits for. In the middle of a
fleet that was edited as a whole that tells the newest edit from the rest."""


CROWD = 24
"""Edits that wait from which on the queue counts as crowded: two for each of the 12 workers that the settings
have by themselves, more than a person or a pipeline edits at a time."""


class Queue:
    """Deduplicating queue of keys for several workers of one event loop."""

    def __init__(
        self, backoff: Backoff | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._backoff = backoff or Backoff()
        self._now = monotonic
        self._ready: dict[Urgency, OrderedDict[Key, float]] = {urgency: OrderedDict() for urgency in Urgency}
        self._waiting: dict[Key, tuple[float, Urgency]] = {}
        self._topics = Topics()
        self._due: list[tuple[float, int, Key]] = []
        self._running: dict[Key, Urgency | None] = {}
        self._prompt: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._held: set[Key] = set()
        self._turns = itertools.count()
        self._order = itertools.count()
        self._wake = asyncio.Event()

    def add(self, key: Key, urgency: Urgency = Urgency.CHANGE, delay: float = 0.0, topic: str = "") -> None:
        """Ask for a pass, at once or after `delay` seconds; merges with what is asked for already.

        `topic` says what an edit is about.

        A key that backs off is woken at once by an edit only. Its children's changes bring its next try
        nearer, but no nearer than `HELD`: a pass that fails half-way changes children itself.
        """
        if key in self._running:
            now = self._running[key]
            if delay:
                self._wait(key, urgency, delay)
            else:
                self._running[key] = urgency if now is None else min(now, urgency)
        elif key in self._held and urgency is not Urgency.EDIT:
            self._wait(key, urgency, max(delay, HELD))
        elif delay:
            self._wait(key, urgency, delay)
        else:
            self._make_ready(key, urgency, topic)

    async def get(self) -> Key:
        """The next key; `done` must follow."""
        while True:
            self._collect_due()
            key = self._next()
            if key is not None:
                self._running[key] = None
                return key
            self._wake.clear()
            timeout = max(0.0, self._due[0][0] - self._now()) if self._due else None
            try:
                async with asyncio.timeout(timeout):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def done(self, key: Key, *, failed: bool = False) -> float | None:
        """End the pass of a key; returns the seconds until the next try of a failed one."""
        again = self._running.pop(key)
        self._prompt.discard(key)
        if not failed:
            self._failures.pop(key, None)
            self._held.discard(key)
            if again is not None:
                self.add(key, again)
            return None
        self._failures[key] = self._failures.get(key, 0) + 1
        if again is Urgency.EDIT:
            self.add(key, again)
            return 0.0
        wait = self._backoff.after(self._failures[key])
        self._held.add(key)
        self._wait(key, Urgency.CHANGE, wait, replace=True)
        return wait

    def is_prompt(self, key: Key) -> bool:
        """Whether the pass of a key that `get` has handed out is one that somebody waits for just now."""
        return key in self._prompt

    def forget(self, key: Key) -> None:
        """Drop a deployment that no longer exists."""
        self._failures.pop(key, None)
        self._held.discard(key)
        self._waiting.pop(key, None)

    @property
    def depth(self) -> int:
        """Keys that wait for a worker."""
        return sum(len(keys) for keys in self._ready.values())

    @property
    def crowded(self) -> bool:
        """Whether many edits wait for a worker, as when a whole fleet is edited at once."""
        return len(self._ready[Urgency.EDIT]) > CROWD

    @property
    def oldest(self) -> float:
        """Seconds that the longest waiting key has waited, 0 where none waits."""
        firsts = [next(iter(keys.values())) for keys in self._ready.values() if keys]
        return self._now() - min(firsts) if firsts else 0.0

    @property
    def backing_off(self) -> int:
        """Keys whose last pass failed."""
        return len(self._held)

    def _make_ready(self, key: Key, urgency: Urgency, topic: str = "") -> None:
        self._waiting.pop(key, None)
        self._held.discard(key)
        since = self._now()
        for other, keys in self._ready.items():
            if key in keys:
                if other <= urgency:
                    return
                since = keys.pop(key)
        self._ready[urgency][key] = since
        if urgency is Urgency.EDIT:
            self._topics.add(key, topic)
        self._wake.set()

    def _wait(self, key: Key, urgency: Urgency, delay: float, *, replace: bool = False) -> None:
        if any(key in keys for keys in self._ready.values()):
            return
        due = self._now() + delay
        known = self._waiting.get(key)
        if known is not None and known[0] <= due and not replace:
            return
        self._waiting[key] = (due, urgency)
        heapq.heappush(self._due, (due, next(self._order), key))
        self._wake.set()

    def _collect_due(self) -> None:
        now = self._now()
        while self._due and self._due[0][0] <= now:
            due, _, key = heapq.heappop(self._due)
            waiting = self._waiting.get(key)
            if waiting is None or waiting[0] != due:
                continue
            if key in self._running:
                del self._waiting[key]
                self.add(key, waiting[1])
            else:
                self._make_ready(key, waiting[1])

    def _next(self) -> Key | None:
        filled = [(urgency, keys) for urgency, keys in self._ready.items() if keys]
        if not filled:
            return None
        fair = next(self._turns) % 2 == 1
        urgency, keys = min(filled, key=_longest_wait) if fair else filled[0]
        if urgency is not Urgency.EDIT:
            return keys.popitem(last=not fair)[0]
        key = next(iter(keys)) if fair else self._topics.rarest()
        self._topics.remove(key)
        if self._now() - keys.pop(key) < PROMPT:
            self._prompt.add(key)
        return key


def _longest_wait(waiting: tuple[Urgency, OrderedDict[Key, float]]) -> float:
    return next(iter(waiting[1].values()))
