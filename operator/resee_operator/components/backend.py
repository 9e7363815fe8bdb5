"""What the Django Pods (web, workers, beat, migration) have in common: image, environment, places of
programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from resee_operator.api.data import DatabaseProvider, PoolMode, RedisProvider
from resee_operator.components import encryption, encryption_redis
from resee_operator.components.base import Manifest
from resee_operator.components.pods import Container, secret_variable
from resee_operator.components.topology import (
    POOLED_AGE,
    POSTGRES_PORT,
    SENTINEL_MASTER,
    SENTINEL_PORT,
    member_names,
    members_name,
)
from resee_operator.stages import Resolved

LONGEST_TASK: Final = 120
"""Time limit of a task, in seconds; Celery's workers end one that lasts longer, and the broker gives a task
to another worker only after more than that. A Pod that ends must wait longer."""
TIME_ZONE: Final = "Asia/Seoul"
"""Time zone of the periodic tasks, which is the original's; reminders follow each user's own."""

_BIN: Final = "/app/backend/bin"


def program(name: str) -> tuple[str, ...]:
    """Command that runs one of the backend's small health programs, without the cost of site packages."""
    return ("python3", "-S", f"{_BIN}/{name}.py")


def config(resolved: Resolved) -> dict[str, str]:
    """Environment of the Django Pods that is no secret."""
    return {
        "ENVIRONMENT": resolved.stage.lower(),
        "DEBUG": "true" if resolved.debug else "false",
        "ALLOWED_HOSTS": ",".join(_hosts(resolved)),
        "CSRF_TRUSTED_ORIGINS": resolved.url,
        "FRONTEND_URL": resolved.url,
        "LOG_LEVEL": resolved.log_level,
        "TIME_ZONE": TIME_ZONE,
        "CELERY_TIMEZONE": TIME_ZONE,
        "CELERY_TASK_TIME_LIMIT": str(LONGEST_TASK),
        **_members(resolved),
        **_sentinels(resolved),
    }


def _members(resolved: Resolved) -> dict[str, str]:
    """The servers of which one is the primary: after a failure they are asked themselves, before every node
    has heard of the next one."""
    if resolved.database.provider != DatabaseProvider.PATRONI:
        return {}
    return {"DATABASE_MEMBERS": f"{members_name(resolved.name, 'postgres')}:{POSTGRES_PORT}"}


def _sentinels(resolved: Resolved) -> dict[str, str]:
    """Who knows the master; the host in Redis' address counts for nothing then."""
    if resolved.redis.provider != RedisProvider.SENTINEL:
        return {}
    hosts = [f"{host}:{SENTINEL_PORT}" for host in member_names(resolved.name, "sentinel")]
    return {"SENTINEL_HOSTS": ",".join(hosts), "SENTINEL_MASTER": SENTINEL_MASTER}


def container(
    resolved: Resolved,
    name: str,
    command: Sequence[str],
    *,
    env: Sequence[Mapping[str, Any]] = (),
    pooled: bool = False,
    **more: Any,
) -> Container:
    """A container of the backend image with the environment that all of them share; ``pooled`` ones reach the
    database through the pooler where there is one."""
    return Container(
        name=name,
        image=resolved.images.backend,
        command=command,
        config_map=resolved.config_map,
        config=config(resolved),
        env=[
            *_secrets(resolved),
            *encryption.client_variables(resolved),
            *encryption_redis.client_variables(resolved),
            *(_pooler(resolved) if pooled else ()),
            *resolved.env,
            *env,
        ],
        mounts=[*encryption.mounts(resolved), *encryption_redis.mounts(resolved)],
        volumes=[*encryption.client_volume(resolved), *encryption_redis.client_volume(resolved)],
        writable=resolved.live_update,
        **more,
    )


def _pooler(resolved: Resolved) -> list[Manifest]:
    """Its place, by the login of the database's Secret."""
    pooler = resolved.database.pooler
    if not pooler.used:
        return []
    variables = [{"name": "DATABASE_POOLER", "value": f"{resolved.pooler_name}:{POSTGRES_PORT}"}]
    if resolved.pooler:
        variables.append({"name": "DATABASE_CONN_MAX_AGE", "value": str(POOLED_AGE)})
    if pooler.mode is PoolMode.TRANSACTION:
        variables.append({"name": "DISABLE_SERVER_SIDE_CURSORS", "value": "true"})
    return variables


def _secrets(resolved: Resolved) -> list[Manifest]:
    database, redis = resolved.database.secret_name, resolved.redis.secret_name
    variables = [
        secret_variable("SECRET_KEY", resolved.app_secret, "SECRET_KEY"),
        secret_variable("SECRET_KEY_FALLBACKS", resolved.app_secret, "SECRET_KEY_FALLBACKS", optional=True),
        secret_variable("DATABASE_URL", database, "uri"),
        secret_variable("DATABASE_REPLICA_URL", database, "replica-uri", optional=True),
        secret_variable("REDIS_URL", redis, "uri"),
        secret_variable("CACHE_URL", redis, "cache-uri"),
    ]
    if resolved.redis.provider == RedisProvider.SENTINEL:
        variables.append(secret_variable("REDIS_PASSWORD", redis, "password"))
        variables.append(secret_variable("SENTINEL_PASSWORD", redis, "sentinel-password"))
    if resolved.slack:
        variables.append(secret_variable("SLACK_WEBHOOK_URL", resolved.slack.name, resolved.slack.key))
    return variables


def _hosts(resolved: Resolved) -> list[str]:
    """Names under which requests come: the users', the probes' and the Services'."""
    services = [resolved.child(suffix) for suffix in ("nginx", "web")]
    endings = (
        "",
        f".{resolved.namespace}",
        f".{resolved.namespace}.svc",
        f".{resolved.namespace}.svc.cluster.local",
    )
    inside = [service + ending for service in services for ending in endings]
    address = resolved.url.split("://", 1)[1].split(":", 1)[0]
    return list(dict.fromkeys([resolved.host, address, "localhost", *inside]))
