"""Provider Sentinel: a Redis master with two replicas, and three Sentinels that make another one the master.

Clients ask the Sentinels where the master is. Every server is known by its name in DNS, which outlives its
address; how each finds its place at its start is in sentinel_start.py. No two Sentinels share a zone, so that
its end leaves a majority.

Each second reaches the disk (appendfsync everysec): what a killed process has accepted is in the system's
memory already, and a lost node is what the replicas are for; ``always`` would cost every command a write to
the disk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from resee_operator import quantity
from resee_operator.components import encryption_redis, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import DATA_USER, Container, Pod, exec_probe
from resee_operator.components.redis import names, passwords
from resee_operator.components.redis import sentinel_start as start
from resee_operator.components.storage import claims, stateful_set
from resee_operator.components.topology import (
    MEMBERS,
    REDIS_PORT,
    SENTINEL_MASTER,
    SENTINEL_PORT,
    member_names,
    members_name,
)
from resee_operator.components.workloads import disruption_budget, headless_service, service
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import Resources

COMPONENT: Final = "redis"
WATCHER: Final = "sentinel"

_MEMORY_SHARE: Final = 60
"""Data in percent of the memory limit; a copy for a replica or a rewrite takes pages that change
meanwhile."""
_GRACE: Final = 45
"""Time for another server to become the master, and to end, in seconds."""
_FROZEN_GRACE: Final = 5
_WATCHER: Final = Resources("25m", "32Mi", "96Mi")
"""A Sentinel holds some names and counters; 10 MiB were measured."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Services, volumes, the servers and the Sentinels, and how many of each may be taken away."""
    volume = resolved.redis.volume
    servers, watchers = (_members(resolved, component) for component in (COMPONENT, WATCHER))
    server = encryption_redis.server(resolved, _server(resolved), REDIS_PORT)
    watcher = encryption_redis.server(resolved, _watcher(resolved), SENTINEL_PORT)
    return [
        headless_service(resolved, COMPONENT, servers),
        headless_service(resolved, WATCHER, watchers),
        service(resolved, WATCHER, SENTINEL_PORT, SENTINEL_PORT),
        *claims(resolved, COMPONENT, volume, MEMBERS),
        stateful_set(resolved, facts, server, members=MEMBERS, service=servers, volume=volume),
        stateful_set(resolved, facts, watcher, members=MEMBERS, service=watchers),
        *([] if resolved.suspended else [disruption_budget(resolved, one) for one in (COMPONENT, WATCHER)]),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether all servers follow the master, and all Sentinels watch them."""
    found = [verdicts.stateful_set(resolved, live, component) for component in (COMPONENT, WATCHER)]
    return verdicts.worst(found, "all servers and Sentinels are ready")


def _members(resolved: Resolved, component: str) -> str:
    return members_name(resolved.name, component)


def _server(resolved: Resolved) -> Pod:
    container = Container(
        name=COMPONENT,
        image=resolved.images.redis,
        command=["sh", "-c", start.SERVER, COMPONENT],
        args=[word for item in _options(resolved).items() for word in item],
        env=_environment(resolved, COMPONENT),
        port=REDIS_PORT,
        mounts=[
            {"name": "data", "mountPath": "/data"},
            passwords.mount(),
            names.mount(),
        ],
        probes=_server_probes(),
        lifecycle={"preStop": exec_probe("sh", "-c", start.LEAVE, COMPONENT)},
    )
    return Pod(
        component=COMPONENT,
        container=container,
        settings=resolved.redis.pods,
        user=DATA_USER,
        volumes=[_passwords(resolved, passwords.SERVER_FILE)],
        grace=_GRACE,
        spread=True,
        before=names.BEFORE,
    )


def _watcher(resolved: Resolved) -> Pod:
    alive, ready = ("sh", "-c", start.SENTINEL_ANSWERS), ("sh", "-c", start.WATCHES)
    container = Container(
        name=WATCHER,
        image=resolved.images.redis,
        command=["sh", "-c", start.WATCHER, WATCHER],
        env=_environment(resolved, WATCHER),
        port=SENTINEL_PORT,
        mounts=[passwords.mount(), names.mount()],
        probes={
            "startupProbe": exec_probe(*alive, periodSeconds=1, timeoutSeconds=3, failureThreshold=300),
            "readinessProbe": exec_probe(*ready, periodSeconds=5, timeoutSeconds=3, failureThreshold=3),
            "livenessProbe": exec_probe(*alive, periodSeconds=10, timeoutSeconds=5, failureThreshold=3),
        },
    )
    settings = replace(resolved.redis.pods, resources=_WATCHER, env=())
    return Pod(
        component=WATCHER,
        container=container,
        settings=settings,
        user=DATA_USER,
        volumes=[_passwords(resolved, passwords.SENTINEL_FILE)],
        spread=True,
        waits_for_zone=True,
        before=names.BEFORE,
    )


def _passwords(resolved: Resolved, file: str) -> Manifest:
    return passwords.volume(resolved.redis.secret_name, file, start.SERVERS_KEY, start.SENTINELS_KEY)


def _environment(resolved: Resolved, component: str) -> list[Manifest]:
    name: dict[str, Any] = {"fieldRef": {"fieldPath": "metadata.name"}}
    return [
        {"name": "POD", "valueFrom": name},
        {"name": "HOST", "value": f"$(POD).{_members(resolved, component)}"},
        {"name": "SERVERS", "value": " ".join(member_names(resolved.name, COMPONENT))},
        {"name": "SENTINELS", "value": " ".join(member_names(resolved.name, WATCHER))},
        {"name": "MASTER", "value": SENTINEL_MASTER},
    ]


def _options(resolved: Resolved) -> dict[str, str]:
    """A master without a replica that answers refuses writes: what it took would be lost with it."""
    limit = quantity.parse(resolved.redis.pods.resources.memory_limit)
    return {
        "--dir": "/data",
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory": str(int(limit * _MEMORY_SHARE / 100)),
        "--maxmemory-policy": "noeviction",
        "--min-replicas-to-write": "1",
        "--min-replicas-max-lag": "5",
        "--repl-backlog-size": "32mb",
        "--repl-diskless-sync-delay": "0",
        "--repl-timeout": "15",
    }


def _server_probes() -> dict[str, Manifest]:
    alive = exec_probe("sh", "-c", start.ALIVE, periodSeconds=5, timeoutSeconds=10, failureThreshold=6)
    answers = exec_probe("sh", "-c", start.ANSWERS, periodSeconds=1, timeoutSeconds=3, failureThreshold=600)
    ready = exec_probe("sh", "-c", start.READY, periodSeconds=3, timeoutSeconds=3, failureThreshold=3)
    return {
        "startupProbe": answers,
        "readinessProbe": ready,
        "livenessProbe": {**alive, "terminationGracePeriodSeconds": _FROZEN_GRACE},
    }
