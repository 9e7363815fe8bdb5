"""Throttles that cost one round trip and constant memory, whatever the rate.

DRF's own keep a list of all timestamps of the period in the cache and lose counts under concurrency.
These count in two neighbouring windows and weigh the older one: a sliding window within a few percent.
A Redis that cannot be reached lets requests through: readiness takes the Pod out of service anyway.
"""

import logging
import time
from typing import Any

import redis
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

from core.redis import cached

logger = logging.getLogger(__name__)


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

    def _count(self, key: str) -> int:
        """Requests of the last period, this one included."""
        window, elapsed = divmod(time.time(), self.duration)
        pipeline = cached().pipeline(transaction=False)
        pipeline.incr(f"{key}:{window:.0f}")
        pipeline.expire(f"{key}:{window:.0f}", 2 * self.duration)
        pipeline.get(f"{key}:{window - 1:.0f}")
        now, _, before = pipeline.execute()
        self.retry_after = self.duration - elapsed
        # A client over the limit keeps counting in this window but must not be locked out of the next.
        carried = min(int(before or 0), self.num_requests) * (1 - elapsed / self.duration)
        return int(int(now) + carried)


class AnonThrottle(WindowThrottle, AnonRateThrottle):
    """By client address, for requests without a token."""


class UserThrottle(WindowThrottle, UserRateThrottle):
    """By user, for requests with a token."""

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return super().get_cache_key(request, view) if request.user.is_authenticated else None


class LoginThrottle(WindowThrottle):
    """By client address, for attempts to log in."""

    scope = "login"

    def get_cache_key(self, request: Request, view: Any) -> str | None:  # noqa: ARG002
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
