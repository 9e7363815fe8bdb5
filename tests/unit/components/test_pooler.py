"""PgBouncer in front of our own servers: what it is told, who reaches it, what rolls it, and how it ends.
What it makes of that is in tests/integration/test_pooler.py."""

from __future__ import annotations

import json
from configparser import RawConfigParser
from itertools import product
from typing import Any

import pytest

from resee_operator.components import Facts, Manifest, credentials, network, pooler
from resee_operator.components.base import Reason
from resee_operator.components.encryption import server_names
from resee_operator.components.logins import login_of, pooler_file
from resee_operator.components.topology import POOLED_AGE
from resee_operator.stages import Resolved
from tests.support.deployments import (
    DEFAULTS,
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod_templates,
    production,
    resolved_of,
    rolled_out,
    sample,
)
from tests.unit.components.test_network import OUTSIDE, PODS_OF_ZONES, reaches

ON: dict[str, Any] = {"enabled": True}
OURS = ("StatefulSet", "Patroni")


def pooled(provider: str = "Patroni", stage: str = "Production", **more: Any) -> Resolved:
    """Stage Production with a pooler in front of one of our own servers."""
    database = {"provider": provider, "pooler": {**ON, **more.pop("pooler", {})}, **more.pop("database", {})}
    return resolved_of(stage=stage, database=database, **more)


def settings(resolved: Resolved, section: str = "pgbouncer") -> dict[str, str]:
    """A section of pgbouncer.ini."""
    ini = RawConfigParser(delimiters=("=",))
    ini.read_string(find(manifests_of(resolved), "ConfigMap", "demo-pooler")["data"]["pgbouncer.ini"])
    return dict(ini[section])


def made(resolved: Resolved, facts: Facts | None = None) -> Manifest:
    return find(manifests_of(resolved, facts), "Deployment", "demo-pooler")


def pod_spec(resolved: Resolved) -> dict[str, Any]:
    spec: dict[str, Any] = made(resolved)["spec"]["template"]["spec"]
    return spec


class TestConfiguration:
    @pytest.mark.parametrize("provider", OURS)
    def test_it_leads_to_the_primary_under_any_databases_name(self, provider: str) -> None:
        place = settings(pooled(provider), "databases")["*"]
        assert place.startswith("host=demo-postgres port=5432 ")

    def test_a_standby_is_left_at_once(self) -> None:
        assert "pg_is_in_recovery()" in settings(pooled(), "databases")["*"]

    @pytest.mark.parametrize("mode", ["Session", "Transaction"])
    def test_its_mode(self, mode: str) -> None:
        resolved = pooled(pooler={"poolMode": mode})
        assert settings(resolved)["pool_mode"] == mode.lower()
        web = env_of(find(manifests_of(resolved), "Deployment", "demo-web"))
        assert web.get("DISABLE_SERVER_SIDE_CURSORS") == ("true" if mode == "Transaction" else None)

    def test_a_failover_is_followed_within_seconds(self) -> None:
        told = settings(pooled())
        assert float(told["server_login_retry"]) <= 1
        assert float(told["server_connect_timeout"]) <= 3
        assert int(told["tcp_user_timeout"]) <= 5000
        silent = int(told["tcp_keepidle"]) + int(told["tcp_keepintvl"]) * int(told["tcp_keepcnt"])
        assert silent <= 10
        assert int(told["min_pool_size"]) >= 1, "or a server that is back is noticed by a request that fails"

    @pytest.mark.parametrize("mode", ["Session", "Transaction"])
    @pytest.mark.parametrize("instances", [1, 2, 10])
    @pytest.mark.parametrize("most", [30, 100, 300])
    def test_all_instances_leave_connections_to_others(self, mode: str, instances: int, most: int) -> None:
        asked = {"poolMode": mode, "instances": instances}
        parameters = {"max_connections": str(most)}
        told = settings(pooled(pooler=asked, database={"parameters": parameters}))
        all_of_them = instances * int(told["max_db_connections"])
        assert all_of_them <= max(most - 20, instances)
        assert 1 <= int(told["default_pool_size"]) <= int(told["max_db_connections"])

    def test_a_session_is_a_connection_of_its_own(self) -> None:
        session, transaction = (
            int(settings(pooled(pooler={"poolMode": mode}))["default_pool_size"])
            for mode in ("Session", "Transaction")
        )
        assert (session, transaction) == (140, 20)

    def test_a_text_that_is_no_number_is_postgresqls_own(self) -> None:
        told = settings(pooled(database={"parameters": {"max_connections": "many"}}))
        assert told["max_db_connections"] == "40"

    def test_files_of_a_process_suffice(self) -> None:
        told = settings(pooled(pooler={"poolMode": "Session", "instances": 2}))
        assert int(told["max_client_conn"]) + int(told["max_db_connections"]) < 1024


class TestEncryption:
    def test_both_sides_are_encrypted_where_the_server_is(self) -> None:
        told = settings(pooled())
        assert (told["client_tls_sslmode"], told["server_tls_sslmode"]) == ("require", "verify-full")
        assert told["client_tls_cert_file"] == "/etc/resee/tls/tls.crt"
        assert told["client_tls_key_file"] == "/etc/resee/tls/tls.key"
        assert told["server_tls_ca_file"] == "/etc/resee/tls/ca.crt"

    def test_without_encryption_nothing_of_it_is_there(self) -> None:
        resolved = pooled("StatefulSet", "Basic")
        told = settings(resolved)
        assert (told["client_tls_sslmode"], told["server_tls_sslmode"]) == ("disable", "disable")
        assert [volume["name"] for volume in pod_spec(resolved)["volumes"]] == ["tmp", "config", "users"]

    def test_the_certificate_names_it(self) -> None:
        names = server_names(pooled())
        assert {"demo-pooler", "demo-pooler.shop", "demo-pooler.shop.svc.cluster.local"} <= set(names)
        assert "demo-pooler" not in server_names(production(database={"provider": "Patroni"}))

    def test_the_pod_may_read_the_key_and_not_the_authoritys(self) -> None:
        spec = pod_spec(pooled())
        (volume,) = [item for item in spec["volumes"] if item["name"] == "tls"]
        assert {item["key"] for item in volume["secret"]["items"]} == {"ca.crt", "tls.crt", "tls.key"}
        assert spec["securityContext"]["fsGroup"] == spec["securityContext"]["runAsUser"] == 10001


class TestPods:
    def test_as_many_as_are_wanted_in_zones_that_differ(self) -> None:
        assert made(pooled())["spec"]["replicas"] == 2
        assert made(pooled(pooler={"instances": 3}))["spec"]["replicas"] == 3
        assert made(pooled("StatefulSet", "Local"))["spec"]["replicas"] == 1
        zone = pod_spec(pooled())["topologySpreadConstraints"][0]
        assert (zone["topologyKey"], zone["whenUnsatisfiable"]) == (
            "topology.kubernetes.io/zone",
            "DoNotSchedule",
        )

    def test_one_may_be_taken_away_at_a_time(self) -> None:
        assert (
            find(manifests_of(pooled()), "PodDisruptionBudget", "demo-pooler")["spec"]["maxUnavailable"] == 1
        )
        alone = manifests_of(pooled(pooler={"instances": 1}))
        assert not [
            item
            for item in alone
            if item["kind"] == "PodDisruptionBudget" and item["metadata"]["name"] == "demo-pooler"
        ]

    def test_a_new_one_is_ready_before_an_old_one_goes(self) -> None:
        rolling = made(pooled())["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0}

    def test_one_that_ends_outlives_every_connection_to_it(self) -> None:
        """Clients leave a connection of that age before their next request; then it is told to end."""
        resolved = pooled()
        drain = container_of(made(resolved))["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert drain > POOLED_AGE
        assert pod_spec(resolved)["terminationGracePeriodSeconds"] > drain
        for name in ("demo-web", "demo-worker-main"):
            client = env_of(find(manifests_of(resolved), "Deployment", name))
            assert client["DATABASE_CONN_MAX_AGE"] == str(POOLED_AGE)

    def test_its_image(self) -> None:
        assert container_of(made(pooled()))["image"] == DEFAULTS.pgbouncer_image
        own = pooled(images={"pgbouncer": "mirror.example/pgbouncer:1.18"})
        assert container_of(made(own))["image"] == "mirror.example/pgbouncer:1.18"

    def test_probes_ask_pgbouncer_and_no_server(self) -> None:
        container = container_of(made(pooled()))
        for name in ("startupProbe", "readinessProbe", "livenessProbe"):
            command = container[name]["exec"]["command"]
            assert command[0] == "pg_isready"
            assert {"--host=127.0.0.1", "--dbname=pgbouncer"} <= set(command)

    def test_it_runs_where_its_clients_run_without_their_environment(self) -> None:
        web = {
            "nodeSelector": {"pool": "apps"},
            "env": [{"name": "MINE", "value": "1"}],
            "serviceAccountAnnotations": {"role": "web"},
        }
        resolved = pooled(web=web)
        assert pod_spec(resolved)["nodeSelector"] == {"pool": "apps"}
        assert "env" not in container_of(made(resolved))
        account = find(manifests_of(resolved), "ServiceAccount", "demo-pooler")
        assert "annotations" not in account["metadata"]


class TestSecrets:
    def test_its_list_has_the_login_of_the_address(self) -> None:
        facts = facts_of(pooled())
        data = facts.secrets["demo-database"]
        assert data["userlist.txt"] == pooler_file([login_of(data["uri"])])
        assert data["userlist.txt"] == f'"resee" "{"x" * 32}"\n'

    def test_the_login_of_a_rotation_before_is_taken(self) -> None:
        """PgBouncer may be turned on long after the first login was replaced."""
        (secret,) = [item for item in credentials.generated(pooled()) if item.name == "demo-database"]
        before = {"uri": "postgresql://resee_b:of%20b@demo-postgres:5432/resee", "login": "resee_b"}
        assert secret.complete(before, sample)["userlist.txt"] == '"resee_b" "of b"\n'

    def test_what_would_end_a_word_is_doubled(self) -> None:
        assert pooler_file([('a"b', 'c"d')]) == '"a""b" "c""d"\n'

    def test_an_address_that_is_none_has_no_login(self) -> None:
        assert login_of("postgresql://[half/") == ("", "")

    @pytest.mark.parametrize("provider", OURS)
    def test_no_manifest_holds_one(self, provider: str) -> None:
        resolved = pooled(provider)
        keys = facts_of(resolved).secrets["demo-database"]
        planted = {key: f"postgresql://planted:planted@planted/{key}" for key in keys}
        text = json.dumps(manifests_of(resolved, facts_of(resolved, **{"demo-database": planted})))
        assert "planted" in json.dumps(planted)
        assert "planted" not in text

    def test_they_are_files_that_only_the_pod_reads(self) -> None:
        spec = pod_spec(pooled())
        (volume,) = [item["secret"] for item in spec["volumes"] if item["name"] == "users"]
        assert volume["items"] == [{"key": "userlist.txt", "path": "userlist.txt"}]
        assert volume["defaultMode"] == 0o440
        mount = next(item for item in spec["containers"][0]["volumeMounts"] if item["name"] == "users")
        assert settings(pooled())["auth_file"] == f"{mount['mountPath']}/userlist.txt"

    def test_nothing_of_it_is_drawn_where_there_is_no_pooler(self) -> None:
        resolved = production(database={"provider": "Patroni"})
        assert "userlist.txt" not in facts_of(resolved).secrets["demo-database"]


class TestWhatRollsIt:
    @pytest.mark.parametrize(
        ("secret", "key"),
        [("demo-database", "userlist.txt"), ("demo-tls", "tls.crt"), ("demo-tls", "tls.key")],
    )
    def test_its_files_and_no_other_key(self, secret: str, key: str) -> None:
        resolved = pooled()
        known = facts_of(resolved).secrets
        known = {**known, "demo-tls": {"ca.crt": "a", "tls.crt": "b", "tls.key": "c"}}
        before = made(resolved, Facts(known))["spec"]["template"]
        for name in known[secret]:
            changed = Facts({**known, secret: {**known[secret], name: "changed"}})
            rolls = made(resolved, changed)["spec"]["template"] != before
            assert rolls or name != key
            if secret == "demo-database":
                assert rolls is (name == key), name

    def test_another_configuration(self) -> None:
        transaction, session = (
            made(pooled(pooler={"poolMode": mode}))["spec"]["template"] for mode in ("Transaction", "Session")
        )
        assert transaction != session

    def test_its_list_rolls_nobody_else(self) -> None:
        resolved = pooled()
        known = facts_of(resolved).secrets
        data = {**known["demo-database"], "userlist.txt": "changed"}
        changed = pod_templates(manifests_of(resolved, Facts({**known, "demo-database": data})))
        before = pod_templates(manifests_of(resolved, Facts(known)))
        assert [name for name in before if before[name] != changed[name]] == ["Deployment/demo-pooler"]


class TestClients:
    @pytest.mark.parametrize("provider", OURS)
    def test_web_and_workers_go_through_it_and_the_others_to_the_server(self, provider: str) -> None:
        for name, template in pod_templates(manifests_of(pooled(provider))).items():
            variables = {
                variable["name"]: variable.get("value")
                for variable in template["spec"]["containers"][0].get("env", [])
            }
            through = name.startswith(("Deployment/demo-web", "Deployment/demo-worker"))
            assert variables.get("DATABASE_POOLER") == ("demo-pooler:5432" if through else None), name

    def test_arrows(self) -> None:
        resolved = pooled()
        specs = [item["spec"] for item in network.objects(resolved, facts_of(resolved))]
        pods = [*PODS_OF_ZONES, "rotation", "pooler"]
        ports = (5432, 6379, 8000, 8008, 8080)
        found = {
            (source, target, port)
            for source, target, port in product(pods, pods, ports)
            if "pooler" in (source, target) and reaches(specs, source, target, port)
        }
        assert found == {
            *((user, "pooler", 5432) for user in ("web", "worker-main", "worker-email")),
            ("pooler", "postgres", 5432),
        }
        assert not [port for port in (443, 5432, 6443) if reaches(specs, "pooler", OUTSIDE, port)]

    def test_replicas_are_read_directly(self) -> None:
        resolved = pooled()
        specs = [item["spec"] for item in network.objects(resolved, facts_of(resolved))]
        assert reaches(specs, "web", "postgres", 5432)

    def test_without_a_pooler_nothing_of_it_is_there(self) -> None:
        text = json.dumps(manifests_of(production(database={"provider": "Patroni"})))
        assert "pooler" not in text
        assert "DATABASE_POOLER" not in text

    def test_cloud_native_pg_brings_its_own(self) -> None:
        resolved = production(database={"provider": "CloudNativePG", "pooler": ON})
        assert resolved.pooler is None
        assert pooler.objects(resolved, facts_of(resolved)) == []
        assert "DATABASE_CONN_MAX_AGE" not in env_of(find(manifests_of(resolved), "Deployment", "demo-web"))


class TestHealth:
    def test_nothing_is_missed_where_none_is_wanted(self) -> None:
        verdict = pooler.health(resolved_of(), LiveObjects())
        assert (verdict.healthy, verdict.reason) == (True, Reason.NOT_NEEDED)

    def test_all_its_pods_are_waited_for(self) -> None:
        resolved = pooled()
        assert pooler.health(resolved, LiveObjects()).reason == Reason.MISSING
        running = rolled_out(made(resolved))
        assert pooler.health(resolved, LiveObjects([running])).healthy
        half = {**running, "status": {**running["status"], "readyReplicas": 1, "availableReplicas": 1}}
        verdict = pooler.health(resolved, LiveObjects([half]))
        assert (verdict.healthy, verdict.data) == (False, {"replicas": {"pooler": "1/2"}})
