"""Throttles that cost one round trip and constant memory, whatever the rate.

DRF's own keep a list of all timestamps of the period in the cache and lose counts under concurrency.
These count in two neighbouring windows and weigh the older one: a sliding window within a few percent.
A Redis that cannot be reached lets requests through: readiness takes the Pod out of service anyway.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

from core.redis import cached

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Windows:
    """Where the two windows of one caller are counted, and how much of the present one is over (0 to 1)."""

    now: str
    before: str
    elapsed: float
    lifetime: int  # seconds


class WindowThrottle(SimpleRateThrottle):
    """`allow_request` and `wait` on counters; subclasses say whom they count."""

    # Set by DRF from the rate: how many requests in how many seconds.
    num_requests: int
    duration: int
    retry_after: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None:
            return True
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        try:
            used = self._count(key)
        except redis.RedisError as error:
            logger.warning("throttle %s is off: Redis does not answer: %s", self.scope, error)
            return True
        return used <= self.num_requests

    def wait(self) -> float | None:
        return self.retry_after

    def windows(self, key: str) -> Windows:
        """The present window of a caller, and the one before it."""
        number, elapsed = divmod(time.time(), self.duration)
        return Windows(
            now=f"{key}:{number:.0f}",
            before=f"{key}:{number - 1:.0f}",
            elapsed=elapsed / self.duration,
            lifetime=2 * self.duration,
        )

    def weigh(self, windows: Windows, now: int, before: int) -> int:
        """Requests of the last period, from the counts of the two windows."""
        # A client over the limit keeps counting in this window but must not be locked out of the next.
        return int(now + min(before, self.num_requests) * (1 - windows.elapsed))

    def _count(self, key: str) -> int:
        """Requests of the last period, this one included."""
        windows = self.windows(key)
        pipeline = cached().pipeline(transaction=False)
        pipeline.incr(windows.now)
        pipeline.expire(windows.now, windows.lifetime)
        pipeline.get(windows.before)
        now, _, before = pipeline.execute()
        self.retry_after = self.duration * (1 - windows.elapsed)
        return self.weigh(windows, int(now), int(before or 0))


class AnonThrottle(WindowThrottle, AnonRateThrottle):
    """By client address, for requests without a token."""


class UserThrottle(WindowThrottle, UserRateThrottle):
    """By user, for requests with a token."""

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return super().get_cache_key(request, view) if request.user.is_authenticated else None

    def windows_of(self, user: str) -> Windows:
        """Where a user's requests are counted, by the user's id alone."""
        return self.windows(self.cache_format % {"scope": self.scope, "ident": user})


class LoginThrottle(WindowThrottle):
    """By client address, for attempts to log in."""

    scope = "login"

    def get_cache_key(self, request: Request, view: Any) -> str | None:  # noqa: ARG002
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
