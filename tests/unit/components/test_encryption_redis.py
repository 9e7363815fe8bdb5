"""Encrypted connections to Redis: servers listen on nothing else, every client insists on the certificate."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import credentials
from resee_operator.components.encryption_redis import server_names
from resee_operator.stages import Resolved
from tests.support.deployments import (
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod_templates,
    production,
    resolved_of,
)

AUTHORITY = "/etc/resee/redis-tls/ca.crt"
FLAGS = f"redis-cli --tls --cacert {AUTHORITY}"
PROVIDERS = {"StatefulSet": ["redis"], "Sentinel": ["redis", "sentinel"]}
SERVERS = [(provider, name) for provider, names in PROVIDERS.items() for name in names]


def encrypted(provider: str = "Sentinel", **fields: Any) -> Resolved:
    return production(redis={"provider": provider, **fields})


def server(resolved: Resolved, component: str) -> dict[str, Any]:
    return find(manifests_of(resolved), "StatefulSet", f"demo-{component}")


def told(manifest: dict[str, Any]) -> str:
    """Everything that the container runs."""
    container = container_of(manifest)
    parts = ("command", "args", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle")
    return str([container.get(part) for part in parts])


def test_the_stage_decides_unless_the_spec_does() -> None:
    assert encrypted().redis.tls
    assert not encrypted(tls=False).redis.tls
    assert not resolved_of(stage="Basic").redis.tls
    assert resolved_of(stage="Basic", redis={"tls": True}).redis.tls


def test_a_server_of_somebody_else_has_a_certificate_of_its_own() -> None:
    assert not production().redis.tls
    assert "demo-redis-tls" not in [secret.name for secret in credentials.generated(production())]
    assert "REDIS_TLS" not in env_of(find(manifests_of(production()), "Deployment", "demo-web"))


@pytest.mark.parametrize(("provider", "component"), SERVERS)
def test_there_is_no_port_but_the_encrypted_one(provider: str, component: str) -> None:
    container = container_of(server(encrypted(provider), component))
    options = container["args"][container["args"].index("--port") :]
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert given == {
        "--port": "0",
        "--tls-port": "6379" if component == "redis" else "26379",
        "--tls-cert-file": "/etc/resee/redis-tls/tls.crt",
        "--tls-key-file": "/etc/resee/redis-tls/tls.key",
        "--tls-ca-cert-file": AUTHORITY,
        "--tls-auth-clients": "no",
        "--tls-replication": "yes",
    }


@pytest.mark.parametrize(("provider", "component"), SERVERS)
def test_every_program_in_the_pod_asks_over_it(provider: str, component: str) -> None:
    manifest = server(encrypted(provider), component)
    texts = told(manifest).replace("', '", " ")
    assert texts.count("redis-cli ") == texts.count(FLAGS) > 0
    assert "--tls" not in told(server(encrypted(provider, tls=False), component))


@pytest.mark.parametrize("name", ["web", "worker-main", "beat"])
def test_every_client_insists(name: str) -> None:
    variables = env_of(find(manifests_of(encrypted()), "Deployment", f"demo-{name}"))
    assert (variables["REDIS_TLS"], variables["REDIS_CA_FILE"]) == ("true", AUTHORITY)


def test_every_pod_that_reads_the_address_insists() -> None:
    """Also one that somebody adds later."""
    for name, template in pod_templates(manifests_of(encrypted())).items():
        for container in template["spec"]["containers"]:
            variables = {item["name"] for item in container.get("env", [])}
            assert ("REDIS_URL" in variables) == ("REDIS_TLS" in variables), name


def test_the_address_says_it() -> None:
    secrets = facts_of(encrypted("StatefulSet")).secrets
    assert secrets["demo-redis"]["uri"].startswith("rediss://")
    assert secrets["demo-redis"]["cache-uri"].startswith("rediss://")
    assert facts_of(resolved_of()).secrets["demo-redis"]["uri"].startswith("redis://")


def test_only_servers_get_the_key_and_nobody_the_authoritys() -> None:
    found: dict[str, set[str]] = {}
    for name, template in pod_templates(manifests_of(encrypted())).items():
        for volume in template["spec"]["volumes"]:
            if volume["name"] == "redis-tls":
                found[name] = {item["key"] for item in volume["secret"]["items"]}
    for component in ("redis", "sentinel"):
        assert found.pop(f"StatefulSet/demo-{component}") == {"ca.crt", "tls.crt", "tls.key"}
    assert "Deployment/demo-web" in found
    assert all(keys == {"ca.crt"} for keys in found.values())


def test_the_certificate_names_every_server_and_sentinel() -> None:
    names = server_names(encrypted())
    assert names[0] == "demo-redis"
    assert {
        "demo-redis-2.demo-redis-members",
        "demo-sentinel-0.demo-sentinel-members.shop.svc.cluster.local",
    } <= set(names)
    assert server_names(encrypted("StatefulSet"))[-1] == "demo-redis.shop.svc.cluster.local"


def test_a_new_certificate_rolls_the_servers_and_no_client() -> None:
    resolved = encrypted()
    old = facts_of(resolved, **{"demo-redis-tls": {"ca.crt": "a", "tls.crt": "b", "tls.key": "c"}})
    new = facts_of(resolved, **{"demo-redis-tls": {"ca.crt": "a", "tls.crt": "d", "tls.key": "e"}})
    before, after = (pod_templates(manifests_of(resolved, facts)) for facts in (old, new))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"StatefulSet/demo-redis", "StatefulSet/demo-sentinel"}
