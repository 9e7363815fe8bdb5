"""NetworkPolicies: everything is closed but the arrows of the architecture's picture.

users -> nginx -> web -> database, Redis; workers -> database, Redis; beat -> Redis; migration, backup ->
database; rotation -> database, Redis. Web, workers and beat also report to Slack and Sentry, workers send
e-mail, the backup reaches its bucket. Where there is a PgBouncer: web, workers -> PgBouncer -> database; they
go on reading from replicas, and directly while it comes or goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.components import meta
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.topology import (
    API_SERVER_PORTS,
    MAINTENANCE_PORT,
    NGINX_PORT,
    PATRONI_PORT,
    POSTGRES_PORT,
    REDIS_PORT,
    SENTINEL_PORT,
    WEB_PORT,
    worker_label,
)
from resee_operator.components.verdicts import existing
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import S3

NAME = "network"
CONDITION: str | None = None

_HTTPS: Final = 443
_MAIL: Final = (25, 465, 587)
_OPERATOR: Final = {meta.COMPONENT_LABEL: "operator"}
"""Labels of the operator's Pods, the chart's."""
_DNS_CACHE: Final = "169.254.20.10/32"
"""Where Kubernetes' DNS cache on each node listens by default."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """One policy that closes everything but the way to DNS, and one for each component."""
    database, redis = _to_database(resolved, facts), _to_redis(resolved, facts)
    pooled, report = [database, *_to_pooler(resolved)], _ports(_HTTPS)
    policies = [
        _policy(resolved, "default-deny", (), egress=[_dns()]),
        _policy(
            resolved,
            "nginx",
            ["nginx"],
            [_ports(NGINX_PORT, MAINTENANCE_PORT)],
            [_to(resolved, ["web"], WEB_PORT)],
        ),
        _policy(resolved, "web", ["web"], _web_ingress(resolved), [*pooled, redis, report]),
        _policy(resolved, "worker", _workers(resolved), egress=[*pooled, redis, report, _ports(*_MAIL)]),
        _policy(resolved, "beat", ["beat"], egress=[redis, report]),
        _policy(resolved, "migration", ["migration", "preflight"], egress=[database]),
        _policy(resolved, "rotation", ["rotation"], egress=[database, redis]),
        _policy(resolved, "backup", ["backup"], egress=[database, *_to_buckets(resolved)]),
    ]
    if resolved.database.provider == DatabaseProvider.EXTERNAL or (
        resolved.redis.provider == RedisProvider.EXTERNAL
    ):
        policies.append(_policy(resolved, "check", ["check"], egress=[database, redis]))
    if resolved.backup.enabled and resolved.backup.drill_schedule:
        policies.append(_policy(resolved, "drill", ["drill"], egress=_to_buckets(resolved)))
    return [*policies, *_servers(resolved)]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the policies exist; the cluster's network plugin enforces them."""
    names = [policy["metadata"]["name"] for policy in objects(resolved, Facts())]
    return existing(live, [("NetworkPolicy", name) for name in names])


def _servers(resolved: Resolved) -> list[Manifest]:
    """Policies of the servers with data, where they run here."""
    workers = _workers(resolved)
    policies = []
    # CloudNativePG's Pods have policies beside their Cluster.
    if resolved.database.provider in (DatabaseProvider.STATEFUL_SET, DatabaseProvider.PATRONI):
        poolers = ["pooler"] if resolved.pooler else []
        clients = ["web", *workers, *poolers, "migration", "preflight", "rotation", "backup"]
        policies.append(_postgres(resolved, _from(resolved, clients, POSTGRES_PORT)))
    if resolved.pooler:
        out = [_to(resolved, ["postgres"], POSTGRES_PORT)]
        users = _from(resolved, ["web", *workers], POSTGRES_PORT)
        policies.append(_policy(resolved, "pooler", ["pooler"], [users], out))
    if resolved.redis.provider != RedisProvider.EXTERNAL:
        clients = ["web", *workers, "beat", "rotation"]
        policies += _redis(resolved, clients)
    return policies


def _postgres(resolved: Resolved, clients: Manifest) -> Manifest:
    """The members of a database across zones also reach each other, and the API server."""
    if resolved.database.provider != DatabaseProvider.PATRONI:
        return _policy(resolved, "postgres", ["postgres"], [clients])
    ports = (POSTGRES_PORT, PATRONI_PORT)
    return _policy(
        resolved,
        "postgres",
        ["postgres"],
        [clients, _from(resolved, ["postgres"], *ports)],
        [_to(resolved, ["postgres"], *ports), _ports(*API_SERVER_PORTS)],
    )


def _redis(resolved: Resolved, clients: list[str]) -> list[Manifest]:
    """Beside Sentinels, servers and Sentinels reach each other, and the clients reach both."""
    if resolved.redis.provider != RedisProvider.SENTINEL:
        return [_policy(resolved, "redis", ["redis"], [_from(resolved, clients, REDIS_PORT)])]
    among = ["redis", "sentinel"]
    out = [_to(resolved, ["redis"], REDIS_PORT), _to(resolved, ["sentinel"], SENTINEL_PORT)]
    return [
        _policy(resolved, "redis", ["redis"], [_from(resolved, [*clients, *among], REDIS_PORT)], out),
        _policy(
            resolved, "sentinel", ["sentinel"], [_from(resolved, [*clients, *among], SENTINEL_PORT)], out
        ),
    ]


def _workers(resolved: Resolved) -> list[str]:
    return [worker_label(group.name) for group in resolved.workers]


def _web_ingress(resolved: Resolved) -> list[Manifest]:
    """nginx; the operator and Prometheus where they read metrics."""
    rules = [_from(resolved, ["nginx"], WEB_PORT)]
    if any(scale.autoscaling for scale in (resolved.web.scale, *(group.scale for group in resolved.workers))):
        rules.append(_from_namespace(resolved.operator_namespace, WEB_PORT, _OPERATOR))
    if resolved.monitoring.enabled:
        rules.append(_from_namespace(resolved.monitoring.namespace, WEB_PORT))
    return rules


def _to_database(resolved: Resolved, facts: Facts) -> Manifest:
    if resolved.database.provider == DatabaseProvider.EXTERNAL:
        return _ports(_external_port(facts, resolved.database.secret_name, POSTGRES_PORT))
    if resolved.database.provider == DatabaseProvider.CLOUD_NATIVE_PG:
        labels = ({"cnpg.io/cluster": resolved.pg_cluster}, {"cnpg.io/poolerName": resolved.pooler_name})
        peers = [{"podSelector": {"matchLabels": one}} for one in labels]
        return {"to": peers, **_ports(POSTGRES_PORT)}
    return _to(resolved, ["postgres"], POSTGRES_PORT)


def _to_pooler(resolved: Resolved) -> list[Manifest]:
    return [_to(resolved, ["pooler"], POSTGRES_PORT)] if resolved.pooler else []


def _to_redis(resolved: Resolved, facts: Facts) -> Manifest:
    if resolved.redis.provider == RedisProvider.EXTERNAL:
        return _ports(_external_port(facts, resolved.redis.secret_name, REDIS_PORT))
    if resolved.redis.provider == RedisProvider.SENTINEL:
        return _to(resolved, ["redis", "sentinel"], REDIS_PORT, SENTINEL_PORT)
    return _to(resolved, ["redis"], REDIS_PORT)


def _external_port(facts: Facts, secret: str, usual: int) -> int:
    """The port that the Secret names, else that of its address, else the usual one."""
    data = facts.secrets.get(secret, {})
    named = data.get("port", "")
    if named.isdecimal():
        return int(named)
    try:
        return urlsplit(data.get("uri", "")).port or usual
    except ValueError:
        return usual


def _to_buckets(resolved: Resolved) -> list[Manifest]:
    """To where backups go, and to where restores take them from."""
    ports = {_HTTPS} if resolved.slack else set()
    for destination in (resolved.backup.destination, *resolved.buckets):
        if not isinstance(destination, S3):
            continue
        address = urlsplit(destination.endpoint or "https://amazonaws.com")
        ports.add(address.port or (80 if address.scheme == "http" else _HTTPS))
    return [_ports(*sorted(ports))] if ports else []


def _policy(
    resolved: Resolved,
    name: str,
    components: Sequence[str],
    ingress: Sequence[Manifest] = (),
    egress: Sequence[Manifest] = (),
) -> Manifest:
    """A policy for the Pods of ``components``, or for all of the deployment's; nothing is open but what is
    given."""
    spec: dict[str, Any] = {
        "podSelector": _pods(resolved, components),
        "policyTypes": ["Ingress", "Egress"],
    }
    if ingress:
        spec["ingress"] = list(ingress)
    if egress:
        spec["egress"] = list(egress)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta.metadata(resolved, resolved.child(name), NAME),
        "spec": spec,
    }


def _pods(resolved: Resolved, components: Sequence[str]) -> Manifest:
    if len(components) == 1:
        return {"matchLabels": meta.selector(resolved, components[0])}
    selector: Manifest = {"matchLabels": meta.selector(resolved)}
    if components:
        expression = {"key": meta.COMPONENT_LABEL, "operator": "In", "values": list(components)}
        selector["matchExpressions"] = [expression]
    return selector


def _ports(*ports: int) -> Manifest:
    """From or to anywhere, on these ports."""
    return {"ports": [{"port": port, "protocol": "TCP"} for port in ports]}


def _from(resolved: Resolved, components: Sequence[str], *ports: int) -> Manifest:
    return {"from": [{"podSelector": _pods(resolved, components)}], **_ports(*ports)}


def _from_namespace(namespace: str, port: int, pods: Manifest | None = None) -> Manifest:
    """From Pods with the labels, or from all Pods, of a namespace."""
    peer: Manifest = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    if pods:
        peer["podSelector"] = {"matchLabels": dict(pods)}
    return {"from": [peer], **_ports(port)}


def _to(resolved: Resolved, components: Sequence[str], *ports: int) -> Manifest:
    return {"to": [{"podSelector": _pods(resolved, components)}], **_ports(*ports)}


def _dns() -> Manifest:
    system = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    return {
        "to": [{"namespaceSelector": system}, {"ipBlock": {"cidr": _DNS_CACHE}}],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }
