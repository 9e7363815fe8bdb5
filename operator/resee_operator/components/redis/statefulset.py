"""Provider StatefulSet: one Redis 7 Pod and its volume.

Tasks wait here, so every second reaches the disk, and nothing is evicted: a full Redis refuses new tasks
instead of losing old ones. Passwords come from a file and change without a restart: see passwords.py.
"""

from __future__ import annotations

from typing import Final

from resee_operator import quantity
from resee_operator.components import encryption_redis, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import DATA_USER, Container, Pod, exec_probe
from resee_operator.components.redis import passwords
from resee_operator.components.storage import alone, claim, stateful_set
from resee_operator.components.topology import REDIS_PORT
from resee_operator.components.workloads import service
from resee_operator.stages import Resolved

COMPONENT: Final = "redis"

_MEMORY_SHARE: Final = 60
"""Data in percent of the memory limit; a rewrite of the append-only file copies pages that change
meanwhile."""
_GRACE: Final = 30

_START: Final = f"""{alone("/data")}{passwords.PREPARE}
{{ cat {passwords.GIVEN}; echo "$own_user"; }} >/tmp/redis.conf
exec redis-server /tmp/redis.conf "$@"
"""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Service, volume and StatefulSet."""
    volume = claim(resolved, COMPONENT, resolved.redis.volume)
    pod = _pod(resolved, str(volume["metadata"]["name"]))
    return [
        service(resolved, COMPONENT, REDIS_PORT, REDIS_PORT),
        volume,
        stateful_set(resolved, facts, encryption_redis.server(resolved, pod, REDIS_PORT)),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether Redis answers and has loaded its data."""
    return verdicts.stateful_set(resolved, live, COMPONENT)


def _pod(resolved: Resolved, volume: str) -> Pod:
    return Pod(
        component=COMPONENT,
        container=_container(resolved),
        settings=resolved.redis.pods,
        user=DATA_USER,
        volumes=[
            {"name": "data", "persistentVolumeClaim": {"claimName": volume}},
            passwords.volume(resolved.redis.secret_name, passwords.SERVER_FILE),
        ],
        grace=_GRACE,
    )


def _container(resolved: Resolved) -> Container:
    limit = quantity.parse(resolved.redis.pods.resources.memory_limit)
    options = {
        "--dir": "/data",
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory": str(int(limit * _MEMORY_SHARE / 100)),
        "--maxmemory-policy": "noeviction",
    }
    return Container(
        name=COMPONENT,
        image=resolved.images.redis,
        command=["sh", "-c", _START, COMPONENT],
        args=[word for item in options.items() for word in item],
        port=REDIS_PORT,
        mounts=[
            {"name": "data", "mountPath": "/data"},
            passwords.mount(),
        ],
        probes=_probes(),
    )


def _probes() -> dict[str, Manifest]:
    """Ready is who answers PONG; alive is who answers at all, such as one that still loads its data."""
    answers, alive = ("sh", "-c", f"{passwords.ask(REDIS_PORT)}ask ping"), ("redis-cli", "ping")
    ready = ("sh", "-c", f"{passwords.follow(REDIS_PORT)}ask ping")
    return {
        "startupProbe": exec_probe(*answers, periodSeconds=1, timeoutSeconds=3, failureThreshold=600),
        "readinessProbe": exec_probe(*ready, periodSeconds=5, timeoutSeconds=3, failureThreshold=3),
        "livenessProbe": exec_probe(*alive, periodSeconds=20, timeoutSeconds=10, failureThreshold=6),
    }
