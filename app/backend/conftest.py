"""Starts PostgreSQL and Redis for the session, and empties Redis after each test."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import django
import pytest

from testing.services import Postgres, Redis

_postgres = Postgres()
_redis = Redis()
# Before Django reads its settings; the servers start with the session.
os.environ.update(
    DJANGO_SETTINGS_MODULE="config.settings",
    SECRET_KEY="for-tests-only-0123456789-0123456789-0123456789",  # noqa: S106
    ENVIRONMENT="test",
    DATABASE_URL=_postgres.url("resee"),
    REDIS_URL=_redis.url(0),
    CACHE_URL=_redis.url(1),
    HEARTBEAT_DIR=str(_redis.folder / "heartbeats"),
    EMAIL_HOST="",
    THROTTLE_ANON="100000/hour",
    THROTTLE_USER="100000/hour",
    THROTTLE_LOGIN="100000/min",
)

# pytest-django looks for settings before it has read this file.
django.setup()
# A process of pytest-xdist would load the settings by it, with the servers of this process.
del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("numprocesses", None):
        return  # each of pytest-xdist's processes starts its own servers
    _postgres.start()
    _redis.start()


def pytest_unconfigure() -> None:
    _redis.remove()
    _postgres.remove()


@pytest.fixture(scope="session")
def redis_server() -> Redis:
    return _redis


@pytest.fixture(scope="session")
def postgres_server() -> Postgres:
    return _postgres


@pytest.fixture
def postgres_outage(transactional_db) -> Callable[[], AbstractContextManager[None]]:  # noqa: ARG001
    """A block in which PostgreSQL is really away, with the connections that it had."""
    from django.db import connection

    @contextmanager
    def outage() -> Iterator[None]:
        _postgres.stop()
        try:
            yield
        finally:
            _postgres.start()
            connection.close()

    return outage


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    yield
    from core.redis import broker, cached

    broker().flushdb()
    cached().flushdb()


@pytest.fixture(autouse=True)
def _cheap_passwords(_empty_redis, settings) -> None:
    """PBKDF2 takes its time on purpose; nothing here tests it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(db):  # noqa: ARG001
    from testing.people import person

    return person("owner@example.com")


@pytest.fixture
def stranger(db):  # noqa: ARG001
    from testing.people import person

    return person("stranger@example.com")


@pytest.fixture
def client():
    """A client without a token."""
    from rest_framework.test import APIClient

    return APIClient()
