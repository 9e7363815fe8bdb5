"""What neither OpenAPI nor CEL can check at admission: cron lines, time zones, address ranges, providers."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.api.deployment import ReseeDeploymentSpec
from resee_operator.errors import InvalidSpec, NotSupported
from resee_operator.stages.defaults import STAGES

DATABASE_PROVIDERS = (
    DatabaseProvider.STATEFUL_SET,
    DatabaseProvider.PATRONI,
    DatabaseProvider.CLOUD_NATIVE_PG,
    DatabaseProvider.EXTERNAL,
)
"""Providers that components/postgres has."""
REDIS_PROVIDERS = (RedisProvider.STATEFUL_SET, RedisProvider.SENTINEL, RedisProvider.EXTERNAL)
"""Providers that components/redis has."""

_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def check(spec: ReseeDeploymentSpec) -> None:
    """Look at the values that admission cannot judge.

    Raises:
        InvalidSpec: names the field and what to write.
        NotSupported: names the providers that work.
    """
    _check_cron("spec.backup.schedule", spec.backup.schedule)
    _check_cron("spec.backup.drill.schedule", spec.backup.drill.schedule)
    _check_time_zone("spec.backup.timeZone", spec.backup.time_zone)
    for position, network in enumerate(spec.ingress.trusted_proxies):
        _check_network(f"spec.ingress.trustedProxies[{position}]", network)
    stage = STAGES[spec.stage]
    database = spec.database.provider or stage.database_provider
    if database not in DATABASE_PROVIDERS:
        raise NotSupported("spec.database.provider", database, DATABASE_PROVIDERS)
    redis = spec.redis.provider or stage.redis_provider
    if redis not in REDIS_PROVIDERS:
        raise NotSupported("spec.redis.provider", redis, REDIS_PROVIDERS)


def _check_cron(field: str, line: str | None) -> None:
    """Refuse lines of the right form that no moment matches, such as minute 61 or the 30th of February."""
    if line is None:
        return
    try:
        CronSim(line, _SOME_DAY)
    except CronSimError as error:
        remedy = "write minute 0-59, hour 0-23, day 1-31, month 1-12, day of week 0-6, for example 0 3 * * *"
        raise InvalidSpec(field, line, remedy, f"{line!r} names no moment") from error


def _check_network(field: str, network: str) -> None:
    try:
        ip_network(network)
    except ValueError as error:
        remedy = "write the first address of the range and its length, for example 10.0.0.0/8"
        raise InvalidSpec(field, network, remedy, f"{network!r} is no range of addresses") from error


def _check_time_zone(field: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        remedy = "write a name of the IANA database, for example Asia/Seoul or UTC"
        raise InvalidSpec(field, name, remedy, f"{name!r} is no known time zone") from error
