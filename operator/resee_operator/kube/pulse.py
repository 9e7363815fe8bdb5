"""How long ago a watch last gave a sign of life: what /metrics tells, and the liveness probe reads.

A dead watch does not notice itself; its age is counted from outside.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Pulse:
    """Of one watch: of a kind, in one namespace or in all.

    Args:
        title: what is watched, for people.
        namespace: where; None is everywhere.
        monotonic: seconds of a clock that never goes back.
    """

    def __init__(
        self, title: str, namespace: str | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.title = title
        self.namespace = namespace
        self._now = monotonic
        self._beat = self._turned = monotonic()

    def beat(self) -> None:
        """Note a sign of life of the server: an event, a bookmark, or an answered request."""
        self._beat = self._now()

    def turn(self) -> None:
        """Note that the watch itself moved, be it into an error: what does not move hangs."""
        self._turned = self._now()

    @property
    def age(self) -> float:
        """Seconds since the server's last sign of life."""
        return self._now() - self._beat

    @property
    def idle(self) -> float:
        """Seconds since either moved."""
        return self._now() - max(self._beat, self._turned)
