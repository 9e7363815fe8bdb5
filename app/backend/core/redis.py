"""One Redis client for each of the two databases: the broker's and the cache's.

config.redis_servers knows whether that is one server or the master of the moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from kombu.exceptions import OperationalError

from config import redis_servers
from core.away import Server


class Guarded(redis.Redis):
    """A client that does not wait again for a master that it has just found away: that fails at once, until
    the Sentinels name one that answers."""

    server: Server

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _guard(self.server):
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> "_Pipeline":
        made = _Pipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        made.server = self.server
        return made


class _Pipeline(redis.client.Pipeline):
    server: Server

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        with _guard(self.server):
            return super().execute(raise_on_error)


@contextmanager
def _guard(server: Server) -> Iterator[None]:
    if server.away:
        raise redis.ConnectionError(f"{server.name} is away")
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError):
        server.lost()
        raise


@cache
def _client(url: str) -> redis.Redis:
    servers = redis_servers.from_environment()
    if not servers.sentinels:
        return servers.client(url)
    asking, client = servers.client(url), servers.client(url, redis_class=Guarded)
    assert isinstance(client, Guarded)
    client.server = Server("Redis' master", lambda: _ping(asking), redis.RedisError)
    return client


def _ping(client: redis.Redis) -> None:
    client.ping()


def broker() -> redis.Redis:
    """The database that holds Celery's queues."""
    return _client(settings.REDIS_URL)


def cached() -> redis.Redis:
    """The database for what may be lost: throttles, limits, markers."""
    return _client(settings.CACHE_URL)


def expect_broker() -> None:
    """Asked before a user's request sends a task: Celery would wait for a broker that is away, for each anew.

    Raises kombu's OperationalError where it is away.
    """
    try:
        broker().ping()
    except redis.RedisError as error:
        raise OperationalError(str(error)) from error


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
