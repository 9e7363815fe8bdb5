"""Redis across zones: servers, Sentinels, and what their clients are given. The programs of their start run
in tests/integration/test_sentinels.py."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import redis
from resee_operator.components.base import Manifest, Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod_templates,
    production,
    rolled_out,
)

WATCHERS = ",".join(f"demo-sentinel-{member}.demo-sentinel-members:26379" for member in range(3))


@pytest.fixture
def resolved() -> Resolved:
    return production(redis={"provider": "Sentinel"})


def of(resolved: Resolved, component: str) -> Manifest:
    return find(manifests_of(resolved), "StatefulSet", f"demo-{component}")


def options(resolved: Resolved) -> dict[str, str]:
    args = container_of(of(resolved, "redis"))["args"]
    return dict(zip(args[::2], args[1::2], strict=True))


class TestServers:
    def test_three_of_both_in_zones_of_their_own(self, resolved: Resolved) -> None:
        for component in ("redis", "sentinel"):
            spec = of(resolved, component)["spec"]
            assert spec["replicas"] == 3
            zone = spec["template"]["spec"]["topologySpreadConstraints"][0]
            assert zone["whenUnsatisfiable"] == "DoNotSchedule"
            budget = find(manifests_of(resolved), "PodDisruptionBudget", f"demo-{component}")
            assert budget["spec"]["maxUnavailable"] == 1

    def test_no_zone_has_two_sentinels_while_another_cannot_be_used(self, resolved: Resolved) -> None:
        rules = {
            component: of(resolved, component)["spec"]["template"]["spec"]["topologySpreadConstraints"][0]
            for component in ("redis", "sentinel")
        }
        assert rules["sentinel"]["nodeTaintsPolicy"] == "Ignore"
        assert rules["redis"]["nodeTaintsPolicy"] == "Honor"

    @pytest.mark.parametrize("component", ["redis", "sentinel"])
    def test_names_are_looked_up_in_a_file_that_is_there_from_the_start(
        self, resolved: Resolved, component: str
    ) -> None:
        found = of(resolved, component)
        (before,) = found["spec"]["template"]["spec"]["initContainers"]
        (hosts,) = (one for one in container_of(found)["volumeMounts"] if one["mountPath"] == "/etc/hosts")
        (folder,) = (one for one in before["volumeMounts"] if one["name"] == hosts["name"])
        assert f"{folder['mountPath']}/{hosts['subPath']}" in " ".join(before["command"])
        assert before["securityContext"]["readOnlyRootFilesystem"]
        assert not before.get("env")

    def test_tasks_reach_the_disk_and_a_replica_and_are_never_evicted(self, resolved: Resolved) -> None:
        given = options(resolved)
        assert (given["--appendonly"], given["--appendfsync"]) == ("yes", "everysec")
        assert given["--maxmemory-policy"] == "noeviction"
        assert given["--min-replicas-to-write"] == "1"

    def test_each_server_has_a_volume(self, resolved: Resolved) -> None:
        for member in range(3):
            find(manifests_of(resolved), "PersistentVolumeClaim", f"data-demo-redis-{member}")
        assert "volumeClaimTemplates" not in of(resolved, "sentinel")["spec"]

    def test_names_outlive_addresses(self, resolved: Resolved) -> None:
        for component in ("redis", "sentinel"):
            service = find(manifests_of(resolved), "Service", f"demo-{component}-members")
            assert service["spec"]["clusterIP"] == "None"
            assert service["spec"]["publishNotReadyAddresses"] is True
            assert of(resolved, component)["spec"]["serviceName"] == f"demo-{component}-members"
            assert env_of(of(resolved, component))["HOST"] == f"$(POD).demo-{component}-members"

    def test_no_password_is_in_a_command_line(self, resolved: Resolved) -> None:
        secrets = facts_of(resolved).secrets["demo-redis"]
        passwords = [value for key, value in secrets.items() if key.endswith("password")]
        for component in ("redis", "sentinel"):
            container = container_of(of(resolved, component))
            words = " ".join([*container["command"], *container.get("args", [])])
            assert not any(password in words for password in passwords)

    def test_servers_log_in_at_the_master_they_follow(self, resolved: Resolved) -> None:
        lines = facts_of(resolved).secrets["demo-redis"]["auth.conf"].splitlines()
        assert [line.split()[0] for line in lines] == ["user", "masterauth"]


class TestClients:
    def test_they_are_told_who_knows_the_master(self, resolved: Resolved) -> None:
        config = find(manifests_of(resolved), "ConfigMap", "demo-config")["data"]
        assert config["SENTINEL_HOSTS"] == WATCHERS
        assert config["SENTINEL_MASTER"] == "resee"

    @pytest.mark.parametrize("component", ["web", "worker-main", "beat"])
    def test_and_both_passwords(self, resolved: Resolved, component: str) -> None:
        variables = env_of(find(manifests_of(resolved), "Deployment", f"demo-{component}"))
        for name, key in (("REDIS_PASSWORD", "password"), ("SENTINEL_PASSWORD", "sentinel-password")):
            assert variables[name] == {"secretKeyRef": {"name": "demo-redis", "key": key}}

    def test_one_server_alone_has_none(self) -> None:
        manifests = manifests_of(production(redis={"provider": "StatefulSet"}))
        assert "SENTINEL_HOSTS" not in find(manifests, "ConfigMap", "demo-config")["data"]
        assert "SENTINEL_PASSWORD" not in env_of(find(manifests, "Deployment", "demo-web"))

    def test_policies_open_both_ports_to_them_and_among_servers(self, resolved: Resolved) -> None:
        def ports(policy: str, direction: str) -> list[set[int]]:
            spec: dict[str, Any] = find(manifests_of(resolved), "NetworkPolicy", f"demo-{policy}")["spec"]
            return [{port["port"] for port in rule["ports"]} for rule in spec[direction]]

        assert {6379, 26379} in ports("web", "egress")
        assert ports("redis", "ingress") == [{6379}]
        assert ports("sentinel", "ingress") == [{26379}]
        assert ports("redis", "egress") == ports("sentinel", "egress") == [{6379}, {26379}]


class TestHealth:
    def test_servers_and_watchers_are_needed(self, resolved: Resolved) -> None:
        both = [rolled_out(of(resolved, component)) for component in ("redis", "sentinel")]
        verdict = redis.health(resolved, LiveObjects(both))
        assert verdict.healthy
        assert verdict.data["replicas"] == {"redis": "3/3", "sentinel": "3/3"}
        assert redis.health(resolved, LiveObjects(both[:1])).reason == Reason.MISSING


def test_every_pod_has_an_account(resolved: Resolved) -> None:
    manifests = manifests_of(resolved)
    for template in pod_templates(manifests).values():
        find(manifests, "ServiceAccount", template["spec"]["serviceAccountName"])
