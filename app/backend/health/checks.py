"""The checks behind readiness: each does what the application itself does with the dependency."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core.redis import broker, cached


@dataclass(frozen=True)
class Check:
    """What became of one check. `error` says what is wrong, without addresses or credentials."""

    name: str
    milliseconds: float
    error: str | None


def _database() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        (standby,) = cursor.fetchone()
    if standby:
        # A primary that became a standby; the next check finds the new primary by its name.
        connection.close()
        return "is a standby, which cannot be written to"
    return None


def _broker() -> str | None:
    broker().ping()
    return None


def _cache() -> str | None:
    cached().ping()
    return None


@cache
def _migrations_of_image() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _migrations() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = sorted(_migrations_of_image() - set(cursor.fetchall()))
    if missing:
        app, name = missing[0]
        return f"{len(missing)} migrations of this image are not applied, the first is {app}.{name}"
    return None


CHECKS: dict[str, Callable[[], str | None]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "cache": _cache,
}


def run() -> list[Check]:
    """All checks, in the order of CHECKS; none raises."""
    return [_run(name, check) for name, check in CHECKS.items()]


def _run(name: str, check: Callable[[], str | None]) -> Check:
    start = time.perf_counter()
    try:
        error = check()
    except (DatabaseError, redis.RedisError) as problem:
        # The text of these errors may hold host and user names; their class is enough here.
        error = f"does not answer ({type(problem).__name__})"
    return Check(name, round((time.perf_counter() - start) * 1000, 2), error)
