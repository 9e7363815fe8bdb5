"""The checks behind readiness: each does what the application itself does with the dependency.

Where there is a replica, another server takes over from one that is away, and reads go on meanwhile: then a
Pod that can read is ready. All would be taken out of service at once, with what they can still answer.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import redis
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from core import replica, silence
from core.database import primary
from core.redis import broker, cached

# What reads do without.
_FOR_WRITES = ("database", "broker", "cache")


@dataclass(frozen=True)
class Check:
    """What became of one check. `error` says what is wrong, without addresses or credentials."""

    name: str
    milliseconds: float
    error: str | None


def _database() -> str | None:
    if primary.away:
        return "is away"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            (standby,) = cursor.fetchone()
    except DatabaseError:
        if replica.exists():
            primary.lost()
        raise
    if standby:
        # A primary that became a standby; the next check finds the new primary by its name.
        connection.close()
        return "is a standby, which cannot be written to"
    return None


def _reads() -> str | None:
    with connections[_readable()].cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


def _readable() -> str:
    return "replica" if primary.away else "default"


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
    with connections[_readable()].cursor() as cursor:
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
    found = [_run(name, check) for name, check in CHECKS.items()]
    return [*found, _run("reads", _reads)] if replica.exists() else found


def serves(found: list[Check]) -> bool:
    """Whether a Pod with these results is of use."""
    spared = _FOR_WRITES if replica.exists() else ()
    return all(check.error is None or check.name in spared for check in found)


def _run(name: str, check: Callable[[], str | None]) -> Check:
    start = time.perf_counter()
    try:
        with silence.patience(silence.CONNECTING):
            error = check()
    except (DatabaseError, redis.RedisError) as problem:
        # The text of these errors may hold host and user names; their class is enough here.
        error = f"does not answer ({type(problem).__name__})"
    return Check(name, round((time.perf_counter() - start) * 1000, 2), error)
