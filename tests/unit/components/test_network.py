"""NetworkPolicies, evaluated for every pair: the arrows of the picture are open, and nothing else is."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from resee_operator.components import Facts, meta, network
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import EXTERNAL, LiveObjects, facts_of, production, resolved_of

LOCAL = resolved_of()
PODS = ("nginx", "web", "worker-all", "beat", "migration", "postgres", "redis", "backup")
PORTS = (8080, 8000, 5432, 6379)
ARROWS = {
    ("nginx", "web", 8000),
    ("web", "postgres", 5432),
    ("web", "redis", 6379),
    ("worker-all", "postgres", 5432),
    ("worker-all", "redis", 6379),
    ("beat", "redis", 6379),
    ("migration", "postgres", 5432),
    ("backup", "postgres", 5432),
}
OUTSIDE = "somewhere outside"
GROUPS = [{"name": "all", "queues": ["default", "reviews", "email"], "replicas": 2}]


def policies(resolved: Resolved, facts: Facts | None = None) -> list[dict[str, Any]]:
    return [item["spec"] for item in network.objects(resolved, facts or facts_of(resolved))]


def selects(selector: dict[str, Any], component: str) -> bool:
    """Whether a label selector selects our Pods of a component, as Kubernetes reads selectors."""
    labels = meta.selector(LOCAL, component)
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    expressions = selector.get("matchExpressions", [])
    return wanted and all(labels[item["key"]] in item["values"] for item in expressions)


def opens(rule: dict[str, Any], side: str, peer: str, port: int) -> bool:
    """Whether a rule lets traffic from or to a peer through on a TCP port."""
    ports = rule.get("ports")
    if ports is not None and {"port": port, "protocol": "TCP"} not in ports:
        return False
    if side not in rule:
        return True
    ours = (item["podSelector"] for item in rule[side] if item.keys() == {"podSelector"})
    return peer != OUTSIDE and any(selects(selector, peer) for selector in ours)


def lets(specs: list[dict[str, Any]], direction: str, component: str, peer: str, port: int) -> bool:
    """Whether the policies of a Pod let traffic through in one direction; without a policy all goes
    through."""
    own = [spec for spec in specs if selects(spec["podSelector"], component)]
    side = "from" if direction == "ingress" else "to"
    rules = [rule for spec in own for rule in spec.get(direction, [])]
    return not own or any(opens(rule, side, peer, port) for rule in rules)


def reaches(specs: list[dict[str, Any]], source: str, target: str, port: int) -> bool:
    leaves = source == OUTSIDE or lets(specs, "egress", source, target, port)
    enters = target == OUTSIDE or lets(specs, "ingress", target, source, port)
    return leaves and enters


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_each_side_opens_only_the_arrows_of_the_picture(direction: str) -> None:
    """Both ends of an arrow are closed to all others, so that one wrong policy opens nothing."""
    specs = policies(LOCAL)
    found = {
        (source, target, port)
        for source, target, port in product(PODS, PODS, PORTS)
        if source != target
        and lets(specs, direction, *((target, source) if direction == "ingress" else (source, target)), port)
    }
    open_to_all = (
        {(pod, "nginx", 8080) for pod in PODS if pod != "nginx"} if direction == "ingress" else set()
    )
    assert found == ARROWS | open_to_all


def test_a_pod_that_no_policy_names_is_closed() -> None:
    specs = policies(LOCAL)
    for pod, port in product(PODS, PORTS):
        assert not reaches(specs, "newcomer", pod, port)
        assert not lets(specs, "ingress", "newcomer", pod, port)
    assert not lets(specs, "egress", "newcomer", OUTSIDE, 443)


def test_users_reach_nginx_and_nothing_else() -> None:
    specs = policies(LOCAL)
    open_ports = {(pod, port) for pod, port in product(PODS, PORTS) if reaches(specs, OUTSIDE, pod, port)}
    assert open_ports == {("nginx", 8080)}


ZONES = resolved_of(stage="Production")
PODS_OF_ZONES = (
    *("nginx", "web", "worker-main", "worker-email", "beat", "migration", "preflight", "backup"),
    *("postgres", "redis", "sentinel"),
)
CLIENTS_OF_REDIS = ("web", "worker-main", "worker-email", "beat")
ARROWS_OF_ZONES = {
    ("nginx", "web", 8000),
    *((pod, "postgres", 5432) for pod in ("web", "worker-main", "worker-email", "migration", "preflight")),
    ("backup", "postgres", 5432),
    *(("postgres", "postgres", port) for port in (5432, 8008)),
    *((pod, "redis", 6379) for pod in (*CLIENTS_OF_REDIS, "redis", "sentinel")),
    *((pod, "sentinel", 26379) for pod in (*CLIENTS_OF_REDIS, "redis", "sentinel")),
}
"""Across zones the members of the database reach each other and Patroni's REST API; servers of Redis and
Sentinels reach each other."""


def test_across_zones_only_the_arrows_between_members_are_added() -> None:
    specs = policies(ZONES)
    ports = (*PORTS, 8008, 26379)
    found = {
        (source, target, port)
        for source, target, port in product(PODS_OF_ZONES, PODS_OF_ZONES, ports)
        if reaches(specs, source, target, port)
    }
    assert found == ARROWS_OF_ZONES


def test_across_zones_users_reach_nginx_and_nothing_else() -> None:
    specs, ports = policies(ZONES), (*PORTS, 8008, 26379)
    found = {(pod, port) for pod, port in product(PODS_OF_ZONES, ports) if reaches(specs, OUTSIDE, pod, port)}
    assert found == {("nginx", 8080)}


def test_only_the_database_across_zones_asks_the_kubernetes_api() -> None:
    specs = policies(ZONES)
    assert {pod for pod in PODS_OF_ZONES if reaches(specs, pod, OUTSIDE, 6443)} == {"postgres"}


def readers(resolved: Resolved) -> list[dict[str, Any]]:
    """Who of other namespaces may reach web, as (namespace, labels)."""
    (web,) = [item for item in network.objects(resolved, Facts()) if item["metadata"]["name"] == "demo-web"]
    peers = [peer for rule in web["spec"]["ingress"] for peer in rule["from"]]
    return [
        {
            "namespace": peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
            "labels": peer.get("podSelector", {}).get("matchLabels"),
        }
        for peer in peers
        if "namespaceSelector" in peer
    ]


def test_nobody_of_another_namespace_reaches_web() -> None:
    assert readers(LOCAL) == []


def test_the_operator_reads_the_metrics_of_what_it_scales() -> None:
    operator = {"namespace": "resee-system", "labels": {"app.kubernetes.io/component": "operator"}}
    assert readers(production()) == [operator]
    assert readers(production(web={"replicas": 2}, workers=GROUPS)) == []


def test_prometheus_reads_metrics_where_it_is_asked_to() -> None:
    resolved = resolved_of(monitoring={"enabled": True, "namespace": "observability"})
    assert readers(resolved) == [{"namespace": "observability", "labels": None}]


def test_an_open_namespace_is_no_open_door() -> None:
    """Neither of the two rules lets our own Pods or the outside through."""
    specs = policies(production(monitoring={"enabled": True}))
    assert not reaches(specs, "beat", "web", 8000)
    assert not reaches(specs, OUTSIDE, "web", 8000)


@pytest.mark.parametrize(
    ("pod", "ports"),
    [
        ("nginx", set()),
        ("web", {443}),
        ("worker-all", {25, 443, 465, 587}),
        ("beat", {443}),
        ("migration", set()),
        ("postgres", set()),
        ("redis", set()),
        ("backup", set()),
    ],
)
def test_what_leaves_the_deployment(pod: str, ports: set[int]) -> None:
    asked = {22, 25, 80, 443, 465, 587, 5432, 6379, 7070}
    assert {port for port in asked if reaches(policies(LOCAL), pod, OUTSIDE, port)} == ports


def test_every_pod_may_ask_dns() -> None:
    (rule,) = [spec for spec in policies(LOCAL) if not spec.get("ingress") and selects_all(spec)]
    (dns,) = rule["egress"]
    assert {(item["port"], item["protocol"]) for item in dns["ports"]} == {(53, "UDP"), (53, "TCP")}
    assert dns["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}


def selects_all(spec: dict[str, Any]) -> bool:
    return bool(spec.get("egress")) and all(selects(spec["podSelector"], pod) for pod in PODS)


def test_each_policy_closes_both_directions() -> None:
    assert all(spec["policyTypes"] == ["Ingress", "Egress"] for spec in policies(LOCAL))


@pytest.mark.parametrize(
    ("endpoint", "port"),
    [(None, 443), ("http://s3.local:7070", 7070), ("https://s3.example.com", 443), ("http://s3.local", 80)],
)
def test_the_backup_reaches_its_bucket(endpoint: str | None, port: int) -> None:
    s3 = {"bucket": "safe", **({"endpoint": endpoint} if endpoint else {})}
    specs = policies(resolved_of(backup={"destination": {"s3": s3}}))
    assert reaches(specs, "backup", OUTSIDE, port)
    assert not reaches(specs, "backup", OUTSIDE, 22)


@pytest.mark.parametrize(
    ("secret", "port"),
    [
        ({"uri": "postgresql://u:p@h/d", "port": "6000"}, 6000),
        ({"uri": "postgresql://u:p@h:6001/d"}, 6001),
        ({"uri": "postgresql://u:p@h/d"}, 5432),
        ({"uri": "postgresql://u:p@h:port/d"}, 5432),
        ({}, 5432),
    ],
)
def test_a_database_of_somebody_else_is_reached_on_its_port(secret: dict[str, str], port: int) -> None:
    resolved = resolved_of(**EXTERNAL)
    specs = policies(resolved, facts_of(resolved, rds=secret))
    for pod in ("web", "worker-all", "migration", "backup", "check"):
        assert reaches(specs, pod, OUTSIDE, port)
    assert not reaches(specs, "beat", OUTSIDE, port)


def test_a_redis_of_somebody_else_is_reached_on_its_port() -> None:
    resolved = resolved_of(**EXTERNAL)
    facts = facts_of(resolved, elasticache={"uri": "rediss://h:6390/0"})
    for pod in ("web", "worker-all", "beat", "check"):
        assert reaches(policies(resolved, facts), pod, OUTSIDE, 6390)


def test_health() -> None:
    assert network.health(LOCAL, LiveObjects()).reason == Reason.MISSING
    assert network.health(LOCAL, LiveObjects(network.objects(LOCAL, facts_of(LOCAL)))).healthy
