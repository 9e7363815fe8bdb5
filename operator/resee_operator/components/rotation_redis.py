"""The Jobs that prove the rotation of Redis' passwords: each logs in at every server and Sentinel until all
are as far as the next step needs. The servers themselves follow their Secret (redis/passwords.py)."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.api.data import RedisProvider
from resee_operator.components import encryption_redis as encryption
from resee_operator.components.base import Manifest
from resee_operator.components.pods import secret_variable
from resee_operator.components.rotation_jobs import job
from resee_operator.components.topology import REDIS_PORT, SENTINEL_PORT, member_names
from resee_operator.stages import Resolved

_EACH: Final = """
set -u
ask() {
    at=$1 password=$2
    shift 2
    REDISCLI_AUTH=$password timeout 3 redis-cli -h "${at%:*}" -p "${at#*:}" "$@" 2>&1
}
takes() { [ "$(ask "$1" "$2" ping)" = PONG ]; }
# A server that is away has refused nothing.
refuses() { ask "$1" "$2" ping | grep -q -e WRONGPASS -e 'invalid username-password'; }
logs_in_by() { [ "$(ask "$1" "$2" config get masterauth | tail -n 1)" = "$2" ]; }
asks_by() { [ "$(ask "$1" "$2" sentinel config get sentinel-pass | tail -n 1)" = "$2" ]; }
each() {
    check=$1 password=$2
    shift 2
    for one in "$@"; do
        echo "$check: $one"
        until "$check" "$one" "$password"; do sleep 1; done
    done
}
"""
_ACCEPTED: Final = """
each takes "$NEXT" $SERVERS
each takes "${NEXT_SENTINEL-}" $SENTINELS
"""
_USED: Final = """
each logs_in_by "$PASSWORD" $SERVERS
each asks_by "${SENTINEL-}" $SENTINELS
"""
_REFUSED: Final = """
each takes "$PASSWORD" $SERVERS
each refuses "$OLD" $SERVERS
each takes "${SENTINEL-}" $SENTINELS
each refuses "${OLD_SENTINEL-}" $SENTINELS
"""


def across(resolved: Resolved) -> bool:
    """Whether there are several servers, and Sentinels beside them."""
    return resolved.redis.provider is RedisProvider.SENTINEL


def accepted(resolved: Resolved, asked: str) -> Manifest:
    """Ends when every server takes the next passwords."""
    return _job(resolved, "redis-accepts", asked, _ACCEPTED, "NEXT")


def used(resolved: Resolved, asked: str) -> Manifest:
    """Ends when replicas log in at their master, and Sentinels at all, by the new passwords."""
    return _job(resolved, "redis-uses", asked, _USED, "PASSWORD")


def refused(resolved: Resolved, asked: str) -> Manifest:
    """Ends when every server refuses the old passwords."""
    return _job(resolved, "redis-refuses", asked, _REFUSED, "PASSWORD", "OLD")


def _job(resolved: Resolved, name: str, asked: str, script: str, *given: str) -> Manifest:
    servers = [resolved.child("redis")]
    watchers: list[str] = []
    if across(resolved):
        servers, watchers = (member_names(resolved.name, part) for part in ("redis", "sentinel"))
    env = [
        {"name": "SERVERS", "value": _places(servers, REDIS_PORT)},
        {"name": "SENTINELS", "value": _places(watchers, SENTINEL_PORT)},
        *(variable for prefix in given for variable in _passwords(resolved, prefix)),
    ]
    return job(
        resolved,
        name,
        asked,
        resolved.images.redis,
        encryption.program(resolved, _EACH + script),
        env,
        mounts=encryption.mounts(resolved),
        volumes=encryption.client_volume(resolved),
    )


def _places(hosts: list[str], port: int) -> str:
    return " ".join(f"{host}:{port}" for host in hosts)


def _passwords(resolved: Resolved, given: str) -> list[dict[str, Any]]:
    secret = resolved.redis.secret_name
    prefix = "" if given == "PASSWORD" else f"{given.lower()}-"
    watchers = "SENTINEL" if given == "PASSWORD" else f"{given}_SENTINEL"
    return [
        secret_variable(given, secret, f"{prefix}password"),
        secret_variable(watchers, secret, f"{prefix}sentinel-password", optional=not across(resolved)),
    ]
