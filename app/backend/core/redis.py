"""One Redis client for each of the two databases: the broker's and the cache's."""

from functools import cache

import redis
from django.conf import settings


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)


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
