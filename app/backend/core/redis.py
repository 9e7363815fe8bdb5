"""One Redis client for each of the two databases: the broker's and the cache's.

config.redis_servers knows whether that is one server or the master of the moment.
"""

from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from config import redis_servers


@cache
def _client(url: str) -> redis.Redis:
    return redis_servers.from_environment().client(url)


def broker() -> redis.Redis:
    """The database that holds Celery's queues."""
    return _client(settings.REDIS_URL)


def cached() -> redis.Redis:
    """The database for what may be lost: throttles, limits, markers."""
    return _client(settings.CACHE_URL)


def read_hash(client: redis.Redis, key: str) -> dict[str, str]:
    """All fields of a hash, as text."""
    return {_text(field): _text(value) for field, value in client.hgetall(key).items()}


def _text(given: bytes | str) -> str:
    return given.decode() if isinstance(given, bytes) else given


class _CacheClient(RedisCacheClient):
    """Django's, on the client that everybody else uses."""

    def get_client(self, key: Any = None, *, write: bool = False) -> redis.Redis:  # noqa: ARG002
        return cached()


class Cache(RedisCache):
    """Django's cache in the cache's database."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _CacheClient
