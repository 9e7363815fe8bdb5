"""Who may reach the Pods that CloudNativePG makes. They carry its labels and not ours, so that the policies
of the other components pass them by. Where they go themselves is CloudNativePG's matter."""

from __future__ import annotations

from typing import Final

from resee_operator.components import meta
from resee_operator.components.base import Manifest
from resee_operator.components.topology import POSTGRES_PORT, worker_label
from resee_operator.stages import Resolved

_CLUSTER: Final = "cnpg.io/cluster"
_STATUS_PORT: Final = 8000
"""Where an instance tells CloudNativePG and the others how it is."""
_OPERATOR: Final = {"app.kubernetes.io/name": "cloudnative-pg"}
"""Labels of CloudNativePG's own Pods, in whatever namespace."""
_ANY: Final[Manifest] = {
    "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}],
}
"""Every namespace: each has its name as a label."""
_ONCE: Final = ("migration", "preflight", "rotation", "backup")
"""Components that come to the server beside web and workers, and never to the Pooler."""


def members(resolved: Resolved) -> dict[str, str]:
    """Labels of the instances."""
    return {_CLUSTER: resolved.pg_cluster, "cnpg.io/podRole": "instance"}


def poolers(resolved: Resolved) -> dict[str, str]:
    """Labels of the Pooler's Pods."""
    return {"cnpg.io/poolerName": resolved.pooler_name}


def objects(resolved: Resolved) -> list[Manifest]:
    """The policies."""
    users = ["web", *(worker_label(group.name) for group in resolved.workers)]
    # A new instance's first copy of the data is made by a Pod of another role.
    among = [{"podSelector": {"matchLabels": {_CLUSTER: resolved.pg_cluster}}}]
    if resolved.database.pooler.exists:
        among.append({"podSelector": {"matchLabels": poolers(resolved)}})
    operator = [{"namespaceSelector": _ANY, "podSelector": {"matchLabels": dict(_OPERATOR)}}]
    made = [
        _policy(
            resolved,
            resolved.pg_cluster,
            members(resolved),
            [
                _rule([_clients(resolved, [*users, *_ONCE])], POSTGRES_PORT),
                _rule([*among, *operator], POSTGRES_PORT, _STATUS_PORT),
            ],
        )
    ]
    if resolved.database.pooler.exists:
        rules = [_rule([_clients(resolved, users)], POSTGRES_PORT)]
        made.append(_policy(resolved, resolved.pooler_name, poolers(resolved), rules))
    return made


def _policy(resolved: Resolved, name: str, pods: dict[str, str], ingress: list[Manifest]) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta.metadata(resolved, name, "postgres"),
        "spec": {"podSelector": {"matchLabels": pods}, "policyTypes": ["Ingress"], "ingress": ingress},
    }


def _clients(resolved: Resolved, components: list[str]) -> Manifest:
    expression = {"key": meta.COMPONENT_LABEL, "operator": "In", "values": components}
    return {
        "podSelector": {"matchLabels": meta.selector(resolved), "matchExpressions": [expression]},
    }


def _rule(peers: list[Manifest], *ports: int) -> Manifest:
    return {"from": peers, "ports": [{"port": port, "protocol": "TCP"} for port in ports]}
