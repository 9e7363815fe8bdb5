"""PostgreSQL across zones by Patroni: what the members are told, what they may do, how they are found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resee_operator.components import Facts, postgres
from resee_operator.components.base import Manifest, Reason
from resee_operator.components.postgres import patroni_config
from resee_operator.stages import Resolved
from tests.support.deployments import (
    DEFAULTS,
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod,
    production,
    rolled_out,
)

STATE = {"demo-postgres", "demo-postgres-config", "demo-postgres-sync", "demo-postgres-failover"}


def patroni(**database: Any) -> Resolved:
    return production(database={"provider": "Patroni", **database})


def stateful_set(resolved: Resolved, facts: Facts | None = None) -> Manifest:
    return find(manifests_of(resolved, facts), "StatefulSet", "demo-postgres")


def told(resolved: Resolved, file: str = "patroni.json") -> dict[str, Any]:
    """A file of the configuration."""
    content: dict[str, Any] = json.loads(
        find(manifests_of(resolved), "ConfigMap", "demo-patroni")["data"][file]
    )
    return content


def service(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = find(manifests_of(patroni()), "Service", name)["spec"]
    return spec


class TestClients:
    def test_they_know_the_name_of_all_members(self) -> None:
        config = find(manifests_of(patroni()), "ConfigMap", "demo-config")["data"]
        assert config["DATABASE_MEMBERS"] == "demo-postgres-members:5432"
        members = service("demo-postgres-members")
        assert (members["clusterIP"], members["publishNotReadyAddresses"]) == ("None", True)

    @pytest.mark.parametrize("provider", ["StatefulSet", "CloudNativePG"])
    def test_of_a_server_that_others_move_they_know_one_name(self, provider: str) -> None:
        resolved = production(database={"provider": provider})
        assert "DATABASE_MEMBERS" not in find(manifests_of(resolved), "ConfigMap", "demo-config")["data"]


class TestMembers:
    def test_three_each_in_a_zone_of_its_own(self) -> None:
        spec = stateful_set(patroni())["spec"]
        assert spec["replicas"] == 3
        zone, node = spec["template"]["spec"]["topologySpreadConstraints"]
        assert (zone["topologyKey"], zone["whenUnsatisfiable"]) == (
            "topology.kubernetes.io/zone",
            "DoNotSchedule",
        )
        assert node["whenUnsatisfiable"] == "ScheduleAnyway"
        assert "matchLabelKeys" not in zone

    def test_each_has_a_volume_that_can_grow_while_the_template_stays(self) -> None:
        small, large = (patroni(storage={"size": size}) for size in ("1Gi", "2Gi"))
        for member in range(3):
            claim = find(manifests_of(large), "PersistentVolumeClaim", f"data-demo-postgres-{member}")
            assert claim["spec"]["resources"]["requests"]["storage"] == "2Gi"
        assert stateful_set(small) == stateful_set(large)

    def test_one_may_be_taken_away_at_a_time(self) -> None:
        budget = find(manifests_of(patroni()), "PodDisruptionBudget", "demo-postgres")
        assert budget["spec"]["maxUnavailable"] == 1

    def test_a_node_that_is_drained_hands_over_first(self) -> None:
        hook = container_of(stateful_set(patroni()))["lifecycle"]["preStop"]["exec"]["command"]
        assert hook == ["python3", "-m", "resee_patroni", "switchover"]

    def test_one_that_hangs_is_ended_without_its_grace(self) -> None:
        probe = container_of(stateful_set(patroni()))["livenessProbe"]
        assert probe["terminationGracePeriodSeconds"] == 5
        assert probe["periodSeconds"] * probe["failureThreshold"] + 5 <= 30

    def test_a_data_pod_does_not_flee_from_a_node_that_is_away(self) -> None:
        assert "tolerations" not in stateful_set(patroni())["spec"]["template"]["spec"]

    def test_the_image_is_the_one_with_patroni_unless_the_user_has_another(self) -> None:
        assert container_of(stateful_set(patroni()))["image"] == DEFAULTS.postgres_ha_image
        own = production(database={"provider": "Patroni"}, images={"postgres": "mine:15"})
        assert container_of(stateful_set(own))["image"] == "mine:15"

    def test_a_new_password_of_theirs_or_parameter_rolls_them(self) -> None:
        resolved = patroni()
        facts = facts_of(resolved)
        data = {**facts.secrets["demo-database"], "superuser-password": "new"}
        changed = Facts({**facts.secrets, "demo-database": data})
        assert stateful_set(resolved, changed) != stateful_set(resolved, facts)
        assert stateful_set(patroni(parameters={"work_mem": "8MB"})) != stateful_set(resolved)

    def test_suspended_there_are_none_and_nothing_protects_them(self) -> None:
        manifests = manifests_of(production(database={"provider": "Patroni"}, suspend=True))
        assert find(manifests, "StatefulSet", "demo-postgres")["spec"]["replicas"] == 0
        assert ("PodDisruptionBudget", "demo-postgres") not in {
            (item["kind"], item["metadata"]["name"]) for item in manifests
        }


class TestConfiguration:
    def test_a_primary_steps_down_before_its_lease_is_over(self) -> None:
        shared = told(patroni(), "shared.json")
        assert shared["loop_wait"] + 2 * shared["retry_timeout"] <= shared["ttl"] <= 15

    def test_a_commit_needs_the_standby_and_the_store_may_be_away(self) -> None:
        shared = told(patroni(), "shared.json")
        assert shared["synchronous_mode"] is True
        assert shared["failsafe_mode"] is True
        assert shared["postgresql"]["use_pg_rewind"] is True

    def test_a_new_cluster_starts_with_what_a_running_one_is_told(self) -> None:
        shared = told(patroni(parameters={"max_worker_processes": "9"}), "shared.json")
        given = shared["postgresql"]["parameters"]
        shared["postgresql"]["parameters"] = {name: text for name, text in given.items() if text is not None}
        first = told(patroni(parameters={"max_worker_processes": "9"}))["bootstrap"]["dcs"]
        assert first == shared
        assert first["postgresql"]["parameters"] == {"max_connections": "300", "max_worker_processes": "9"}

    def test_a_parameter_that_is_no_longer_set_is_taken_back(self) -> None:
        assert told(patroni(), "shared.json")["postgresql"]["parameters"]["max_worker_processes"] is None

    def test_other_parameters_are_each_members_own(self) -> None:
        given = told(patroni(parameters={"work_mem": "8MB"}))["postgresql"]["parameters"]
        assert given["work_mem"] == "8MB"
        assert "max_connections" not in given

    def test_broken_blocks_are_noticed(self) -> None:
        assert "data-checksums" in told(patroni())["bootstrap"]["initdb"]

    def test_over_the_network_everybody_needs_a_password(self) -> None:
        rules = [line.split() for line in told(patroni())["postgresql"]["pg_hba"]]
        assert {rule[-1] for rule in rules if rule[0] != "local"} == {"scram-sha-256"}

    def test_the_lease_is_found_by_the_labels_of_the_pods(self) -> None:
        resolved = patroni()
        kubernetes = told(resolved)["kubernetes"]
        labels = stateful_set(resolved)["spec"]["template"]["metadata"]["labels"]
        wanted = {**kubernetes["labels"], kubernetes["scope_label"]: told(resolved)["scope"]}
        assert wanted.items() <= labels.items()

    def test_no_password_is_in_it(self) -> None:
        resolved = patroni()
        texts = "".join(find(manifests_of(resolved), "ConfigMap", "demo-patroni")["data"].values())
        assert not any(
            value in texts for key, value in facts_of(resolved).secrets["demo-database"].items()
            if key.endswith("password")
        )  # fmt: skip


class TestServices:
    def test_patroni_writes_the_primarys_address(self) -> None:
        assert "selector" not in service("demo-postgres")
        port = service("demo-postgres")["ports"][0]
        assert told(patroni())["kubernetes"]["ports"] == [
            {"name": port["name"], "port": port["targetPort"], "protocol": port["protocol"]}
        ]

    def test_reads_go_to_replicas(self) -> None:
        selector = service("demo-postgres-replicas")["selector"]
        assert selector[patroni_config.ROLE_LABEL] == "replica"

    def test_members_are_found_by_name_before_they_are_ready(self) -> None:
        assert service("demo-postgres-members")["publishNotReadyAddresses"] is True
        assert stateful_set(patroni())["spec"]["serviceName"] == "demo-postgres-members"

    def test_the_state_is_not_cleared_away(self) -> None:
        for name in STATE:
            assert "selector" not in service(name)

    def test_the_secret_has_the_same_form_and_the_replicas_beside_it(self) -> None:
        secret = facts_of(patroni()).secrets["demo-database"]
        assert secret["uri"].startswith("postgresql://resee:" + "x" * 32 + "@demo-postgres:5432/resee?")
        assert "@demo-postgres-replicas:5432,demo-postgres:5432/resee?" in secret["replica-uri"]


class TestRights:
    def role(self) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = find(manifests_of(patroni()), "Role", "demo-postgres")["rules"]
        return rules

    def test_it_writes_its_own_state_and_pods_alone(self) -> None:
        writing = [rule for rule in self.role() if "patch" in rule["verbs"]]
        named = {rule["resources"][0]: set(rule["resourceNames"]) for rule in writing}
        assert named == {"endpoints": STATE, "pods": {f"demo-postgres-{member}" for member in range(3)}}

    def test_it_deletes_nothing_and_reads_no_secret(self) -> None:
        assert {verb for rule in self.role() for verb in rule["verbs"]} == {
            "create", "get", "list", "patch", "watch",
        }  # fmt: skip
        assert {resource for rule in self.role() for resource in rule["resources"]} == {"endpoints", "pods"}

    def test_its_pods_alone_have_a_token(self) -> None:
        assert stateful_set(patroni())["spec"]["template"]["spec"]["automountServiceAccountToken"] is True
        binding = find(manifests_of(patroni()), "RoleBinding", "demo-postgres")
        account = stateful_set(patroni())["spec"]["template"]["spec"]["serviceAccountName"]
        assert [subject["name"] for subject in binding["subjects"]] == [account]

    def test_policies_let_members_reach_each_other_and_the_api_server(self) -> None:
        spec = find(manifests_of(patroni()), "NetworkPolicy", "demo-postgres")["spec"]
        inside = [{port["port"] for port in rule["ports"]} for rule in spec["ingress"]]
        outside = [{port["port"] for port in rule["ports"]} for rule in spec["egress"]]
        assert inside == [{5432}, {5432, 8008}]
        assert outside == [{5432, 8008}, {443, 6443}]


def member(name: str, role: str) -> Manifest:
    made = pod("postgres", name)
    made["metadata"]["labels"][patroni_config.ROLE_LABEL] = role
    return made


class TestHealth:
    @pytest.fixture
    def resolved(self) -> Resolved:
        return patroni()

    def test_with_a_primary(self, resolved: Resolved) -> None:
        pods = [member("demo-postgres-0", "replica"), member("demo-postgres-1", "primary")]
        verdict = postgres.health(resolved, LiveObjects([rolled_out(stateful_set(resolved)), *pods]))
        assert verdict.healthy
        assert verdict.message.endswith("demo-postgres-1 is primary")

    def test_without_one(self, resolved: Resolved) -> None:
        pods = [member("demo-postgres-0", "replica")]
        verdict = postgres.health(resolved, LiveObjects([rolled_out(stateful_set(resolved)), *pods]))
        assert (verdict.healthy, verdict.reason) == (False, Reason.ROLLING_OUT)

    def test_before_anything_exists(self, resolved: Resolved) -> None:
        assert postgres.health(resolved, LiveObjects()).reason == Reason.MISSING


def test_passwords_reach_patroni_from_the_secret_alone() -> None:
    variables = env_of(stateful_set(patroni()))
    for name, key in (
        ("PATRONI_RESTAPI_PASSWORD", "rest-password"),
        ("SUPERUSER_PASSWORD", "superuser-password"),
    ):
        assert variables[name] == {"secretKeyRef": {"name": "demo-database", "key": key}}
    assert variables["PATRONI_SUPERUSER_PASSWORD"] == "$(SUPERUSER_PASSWORD)"
