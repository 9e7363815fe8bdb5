"""When the news of mere progress is written: once nothing has been written for a while, so that a deployment
that comes up costs two writes of its status and not ten, however busy the cluster is.
"""

from __future__ import annotations

from collections.abc import Callable

from resee_operator.engine.queue import Key

SETTLE = 5.0
"""Seconds that news of mere progress waits for more news, from the last pass that changed something."""
LONGEST = 60.0
"""Seconds that it waits at most, where passes go on changing things."""


class News:
    """Remembers for each deployment since when it has had unwritten news."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self._since: dict[Key, tuple[float, float]] = {}

    def wait(self, key: Key, *, changing: bool) -> float:
        """Seconds for which the news of a deployment should still be kept; none or fewer: write it now.

        Args:
            changing: whether the pass has changed something, which will bring more news.
        """
        now = self._now()
        first, last = self._since.get(key, (now, now))
        self._since[key] = (first, now if changing else last)
        return min(self._since[key][1] + SETTLE, first + LONGEST) - now

    def written(self, key: Key) -> None:
        """There is none any more, or nobody to tell it of."""
        self._since.pop(key, None)
