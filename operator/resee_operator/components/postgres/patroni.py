"""Provider Patroni: a primary, a synchronous standby and a read replica, each in a zone of its own.

Patroni elects the primary and keeps its state in Endpoints; the one named like the primary's Service holds
the primary's address, so that clients follow within the second in which a standby takes over. Patroni
labels its Pods and writes those Endpoints; the operator writes neither. What Patroni is told is in
patroni_config.py."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from resee_operator.components import encryption, meta, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.pods import DATA_USER, Container, Pod, exec_probe, http_probe, secret_variable
from resee_operator.components.postgres import patroni_config, patroni_rights
from resee_operator.components.storage import claims, stateful_set
from resee_operator.components.topology import (
    MEMBERS,
    PATRONI_PORT,
    POSTGRES_PORT,
    member_names,
    members_name,
)
from resee_operator.components.workloads import disruption_budget, headless_service, service
from resee_operator.stages import Resolved

COMPONENT: Final = "postgres"

_CONFIG_FOLDER: Final = "/etc/patroni"
_LOGIN_FOLDER: Final = "/etc/resee-login"
"""Holds a file where a login role has taken the owner's place; resee_patroni/roles.py looks there."""
_KEPT: Final = ("config", "sync", "failover")
"""Endpoints with Patroni's state. Kubernetes deletes Endpoints that no Service has the name of."""
_GRACE: Final = 120
"""Time for the switchover and the shutdown checkpoint, in seconds."""
_FROZEN_GRACE: Final = 5
"""Time to end for a Pod that does not answer, in seconds: it has lost the lease, and its clients hang."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Rights, configuration, Services, volumes, StatefulSet and disruption budget."""
    database = resolved.database
    return [
        *patroni_rights.objects(resolved),
        _config_map(resolved),
        *_services(resolved),
        *claims(resolved, COMPONENT, database.volume, MEMBERS),
        stateful_set(
            resolved,
            facts,
            _pod(resolved),
            members=MEMBERS,
            service=_members(resolved),
            volume=database.volume,
        ),
        *([] if resolved.suspended else [disruption_budget(resolved, COMPONENT)]),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether there is a primary, and all members run."""
    verdict = verdicts.stateful_set(resolved, live, COMPONENT)
    primaries = [
        str(pod["metadata"]["name"])
        for pod in live.pods(COMPONENT)
        if pod["metadata"].get("labels", {}).get(patroni_config.ROLE_LABEL) == patroni_config.PRIMARY
    ]
    if not verdict.healthy or resolved.suspended:
        return verdict
    if not primaries:
        return replace(verdict, healthy=False, reason=Reason.ROLLING_OUT, message="no member is primary yet")
    return replace(verdict, message=f"{verdict.message}, {', '.join(sorted(primaries))} is primary")


def _members(resolved: Resolved) -> str:
    return members_name(resolved.name, COMPONENT)


def _config_map(resolved: Resolved) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta.metadata(resolved, resolved.child("patroni"), COMPONENT),
        "data": _config(resolved),
    }


def _config(resolved: Resolved) -> dict[str, str]:
    files = {
        "patroni.json": patroni_config.render(resolved),
        "shared.json": patroni_config.shared(resolved),
    }
    return {name: json.dumps(content, indent=1, sort_keys=True) for name, content in files.items()}


def _services(resolved: Resolved) -> list[Manifest]:
    """Of the primary and of Patroni's state without a selector, since Patroni writes their Endpoints."""
    primary = service(resolved, COMPONENT, POSTGRES_PORT, POSTGRES_PORT)
    del primary["spec"]["selector"]
    replicas = service(resolved, COMPONENT, POSTGRES_PORT, POSTGRES_PORT)
    replicas["metadata"]["name"] = resolved.child(f"{COMPONENT}-replicas")
    replicas["spec"]["selector"][patroni_config.ROLE_LABEL] = patroni_config.REPLICA
    members = headless_service(resolved, COMPONENT, _members(resolved))
    kept = [headless_service(resolved, COMPONENT, resolved.child(f"{COMPONENT}-{name}")) for name in _KEPT]
    for state in kept:
        del state["spec"]["selector"]
    return [primary, replicas, members, *kept]


def _pod(resolved: Resolved) -> Pod:
    config = {"name": resolved.child("patroni")}
    return Pod(
        component=COMPONENT,
        container=_container(resolved),
        settings=resolved.database.pods,
        user=DATA_USER,
        volumes=[
            {"name": "sockets", "emptyDir": {}},
            {"name": "config", "configMap": config},
            {"name": "login", "secret": _login(resolved)},
            *encryption.server_volume(resolved),
        ],
        secret_files=encryption.server_files(resolved),
        grace=_GRACE,
        spread=True,
        token=True,
        # The role is given another one while the server runs (components/rotation_database.py).
        quiet=[(resolved.database.secret_name, "password")],
        labels={patroni_config.SCOPE_LABEL: resolved.child(COMPONENT)},
    )


def _login(resolved: Resolved) -> Manifest:
    items = [{"key": "login", "path": "login"}]
    return {"secretName": resolved.database.secret_name, "items": items, "optional": True}


def _container(resolved: Resolved) -> Container:
    program = ("python3", "-m", "resee_patroni")
    return Container(
        name=COMPONENT,
        image=resolved.images.postgres,
        command=[*program, "run", _CONFIG_FOLDER],
        config=_config(resolved),
        env=_environment(resolved),
        port=POSTGRES_PORT,
        mounts=[
            {"name": "data", "mountPath": patroni_config.DATA},
            {"name": "sockets", "mountPath": patroni_config.SOCKETS},
            {"name": "config", "mountPath": _CONFIG_FOLDER, "readOnly": True},
            {"name": "login", "mountPath": _LOGIN_FOLDER, "readOnly": True},
            *encryption.mounts(resolved),
        ],
        probes=_probes(),
        lifecycle={"preStop": exec_probe(*program, "switchover")},
    )


def _environment(resolved: Resolved) -> list[Manifest]:
    secret = resolved.database.secret_name
    return [
        _field("PATRONI_NAME", "metadata.name"),
        _field("POD_IP", "status.podIP"),
        {"name": "PATRONI_KUBERNETES_POD_IP", "value": "$(POD_IP)"},
        {"name": "PATRONI_POSTGRESQL_CONNECT_ADDRESS", "value": f"$(POD_IP):{POSTGRES_PORT}"},
        {"name": "PATRONI_RESTAPI_CONNECT_ADDRESS", "value": f"$(POD_IP):{PATRONI_PORT}"},
        {"name": "CLUSTER_MEMBERS", "value": ",".join(member_names(resolved.name, COMPONENT))},
        secret_variable("SUPERUSER_PASSWORD", secret, "superuser-password"),
        secret_variable("REPLICATION_PASSWORD", secret, "replication-password"),
        # Patroni takes its own variables out of the environment, so that its callbacks do not see them.
        {"name": "PATRONI_SUPERUSER_PASSWORD", "value": "$(SUPERUSER_PASSWORD)"},
        {"name": "PATRONI_REPLICATION_PASSWORD", "value": "$(REPLICATION_PASSWORD)"},
        secret_variable("PATRONI_RESTAPI_PASSWORD", secret, "rest-password"),
        secret_variable("APPLICATION_USER", secret, "username"),
        secret_variable("APPLICATION_PASSWORD", secret, "password"),
        secret_variable("APPLICATION_DATABASE", secret, "dbname"),
    ]


def _field(name: str, path: str) -> Manifest:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _probes() -> dict[str, Manifest]:
    """By Patroni's REST API. A member that copies the primary's data is alive and not ready for hours."""

    def probe(path: str, **timing: int) -> dict[str, Any]:
        return http_probe(path, PATRONI_PORT, None, **timing)

    return {
        "startupProbe": probe("/liveness", periodSeconds=1, timeoutSeconds=5, failureThreshold=120),
        "readinessProbe": probe("/readiness", periodSeconds=3, timeoutSeconds=5, failureThreshold=3),
        "livenessProbe": probe(
            "/liveness",
            periodSeconds=5,
            timeoutSeconds=5,
            failureThreshold=3,
            terminationGracePeriodSeconds=_FROZEN_GRACE,
        ),
    }
