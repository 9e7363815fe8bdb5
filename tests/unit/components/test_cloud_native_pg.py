"""Provider CloudNativePG: what its operator is asked for, and what is made of its answers. Whether its kinds
have these fields is in tests/integration/test_cloud_native_pg.py."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import Manifest, credentials, network, postgres
from resee_operator.components.base import Reason
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
    resolved_of,
)

PROVIDER = {"provider": "CloudNativePG"}
SECRET = {"demo-pg-app": {"uri": "postgresql://resee:secret@demo-pg-rw.shop:5432/resee"}}
HEALTHY = {"instances": 3, "readyInstances": 3, "phase": "Cluster in healthy state"}
READY = {"type": "Ready", "status": "True"}


def cnpg(**database: Any) -> Resolved:
    return production(database={**PROVIDER, **database})


def spec_of(resolved: Resolved, kind: str = "Cluster", name: str = "demo-pg") -> dict[str, Any]:
    spec: dict[str, Any] = find(manifests_of(resolved), kind, name)["spec"]
    return spec


def cluster(resolved: Resolved, conditions: Any = (READY,), **status: Any) -> Manifest:
    """As CloudNativePG leaves it."""
    made = find(manifests_of(resolved), "Cluster", "demo-pg")
    metadata = {**made["metadata"], "generation": 2}
    return {**made, "metadata": metadata, "status": {**HEALTHY, "conditions": list(conditions), **status}}


class TestCluster:
    def test_three_instances_in_zones_of_their_own_and_one_elsewhere(self) -> None:
        spec = spec_of(cnpg())
        assert spec["instances"] == 3
        (zones,) = spec["topologySpreadConstraints"]
        assert zones["topologyKey"] == "topology.kubernetes.io/zone"
        assert spec["postgresql"]["synchronous"] == {
            "method": "any",
            "number": 1,
            "dataDurability": "preferred",
        }
        alone = spec_of(resolved_of(database=PROVIDER))
        assert alone["instances"] == 1
        assert not {"topologySpreadConstraints"} & alone.keys()
        assert "synchronous" not in alone["postgresql"]

    def test_owner_and_database_are_those_of_all_providers(self) -> None:
        first = spec_of(cnpg())["bootstrap"]["initdb"]
        assert (first["database"], first["owner"]) == ("resee", "resee")
        assert first["postInitSQL"] == ['ALTER ROLE "resee" CREATEDB']

    def test_what_the_spec_says(self) -> None:
        spec = spec_of(
            cnpg(
                storage={"size": "80Gi", "className": "fast"},
                parameters={"work_mem": "8MB"},
                nodeSelector={"disk": "ssd"},
                tolerations=[{"key": "db", "operator": "Exists"}],
                serviceAccountAnnotations={"eks.amazonaws.com/role-arn": "arn"},
            )
        )
        assert spec["storage"] == {"size": "80Gi", "storageClass": "fast"}
        assert spec["postgresql"]["parameters"]["work_mem"] == "8MB"
        assert spec["affinity"]["nodeSelector"] == {"disk": "ssd"}
        assert spec["affinity"]["tolerations"] == [{"key": "db", "operator": "Exists"}]
        assert spec["serviceAccountTemplate"]["metadata"]["annotations"] == {
            "eks.amazonaws.com/role-arn": "arn"
        }

    def test_its_image_and_that_of_drills(self) -> None:
        drills = {"backup": {"drill": {"schedule": "0 5 * * 0"}}}
        resolved = production(database=PROVIDER, **drills)
        assert spec_of(resolved)["imageName"] == "ghcr.io/cloudnative-pg/postgresql:15"
        assert resolved.images.drill == "postgres:15"
        own = production(database=PROVIDER, images={"postgres": "mirror.example/cnpg:15.4"})
        assert spec_of(own)["imageName"] == "mirror.example/cnpg:15.4"
        assert own.images.drill == "postgres:15"

    @pytest.mark.parametrize(("policy", "owned"), [("Retain", False), ("Snapshot", False), ("Delete", True)])
    def test_it_outlives_the_deployment_unless_told_otherwise(self, policy: str, owned: bool) -> None:
        resolved = production(database=PROVIDER, deletionPolicy=policy)
        metadata = find(manifests_of(resolved), "Cluster", "demo-pg")["metadata"]
        assert ("ownerReferences" in metadata) is owned

    def test_it_hibernates_where_the_deployment_is_suspended(self) -> None:
        for suspend, word in ((True, "on"), (False, "off")):
            resolved = production(database=PROVIDER, suspend=suspend)
            metadata = find(manifests_of(resolved), "Cluster", "demo-pg")["metadata"]
            assert metadata["annotations"]["cnpg.io/hibernation"] == word


class TestClients:
    def test_the_address_is_in_its_secret(self) -> None:
        resolved = cnpg()
        assert "demo-database" not in [secret.name for secret in credentials.generated(resolved)]
        web = find(manifests_of(resolved), "Deployment", "demo-web")
        assert env_of(web)["DATABASE_URL"] == {"secretKeyRef": {"name": "demo-pg-app", "key": "uri"}}
        assert {"demo-pg-app", "demo-pg-ca"} <= set(resolved.secret_names)

    def test_they_trust_its_authority_and_get_no_key(self) -> None:
        for template in pod_templates(manifests_of(cnpg())).values():
            for volume in template["spec"]["volumes"]:
                if volume["name"] == "tls":
                    assert volume["secret"]["secretName"] == "demo-pg-ca"
                    assert volume["secret"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]
        assert env_of(find(manifests_of(cnpg()), "CronJob", "demo-backup"))["PGSSLMODE"] == "verify-full"

    def test_they_reach_its_pods(self) -> None:
        policies = {item["metadata"]["name"]: item for item in network.objects(cnpg(), facts_of(cnpg()))}
        to = policies["demo-web"]["spec"]["egress"][0]["to"]
        assert {"podSelector": {"matchLabels": {"cnpg.io/cluster": "demo-pg"}}} in to
        assert "demo-postgres" not in policies

    def test_its_pods_let_in_clients_each_other_and_cloud_native_pg(self) -> None:
        policy = spec_of(cnpg(), "NetworkPolicy")
        assert policy["podSelector"]["matchLabels"]["cnpg.io/cluster"] == "demo-pg"
        assert policy["policyTypes"] == ["Ingress"]
        clients, among = policy["ingress"]
        (expression,) = clients["from"][0]["podSelector"]["matchExpressions"]
        assert {"web", "worker-main", "migration", "backup"} <= set(expression["values"])
        assert [port["port"] for port in among["ports"]] == [5432, 8000]
        assert len(among["from"]) == 2


class TestPooler:
    POOLED = cnpg(pooler={"enabled": True})

    def test_web_and_workers_go_through_it_and_the_others_to_the_server(self) -> None:
        for name, template in pod_templates(manifests_of(self.POOLED)).items():
            variables = {
                variable["name"]: variable.get("value")
                for variable in template["spec"]["containers"][0].get("env", [])
            }
            pooled = name.startswith(("Deployment/demo-web", "Deployment/demo-worker"))
            assert variables.get("DATABASE_POOLER") == ("demo-pg-pooler:5432" if pooled else None), name

    @pytest.mark.parametrize(("mode", "cursors"), [("Transaction", True), ("Session", False)])
    def test_its_mode(self, mode: str, cursors: bool) -> None:
        resolved = cnpg(pooler={"enabled": True, "poolMode": mode, "instances": 3})
        spec = spec_of(resolved, "Pooler", "demo-pg-pooler")
        assert spec == {
            "cluster": {"name": "demo-pg"},
            "instances": 3,
            "type": "rw",
            "pgbouncer": {"poolMode": mode.lower()},
        }
        web = env_of(find(manifests_of(resolved), "Deployment", "demo-web"))
        assert ("DISABLE_SERVER_SIDE_CURSORS" in web) is cursors

    def test_the_certificate_names_it(self) -> None:
        names = spec_of(self.POOLED)["certificates"]["serverAltDNSNames"]
        assert names[0] == "demo-pg-pooler"
        assert "certificates" not in spec_of(cnpg())

    def test_only_web_and_workers_reach_it(self) -> None:
        (rule,) = spec_of(self.POOLED, "NetworkPolicy", "demo-pg-pooler")["ingress"]
        (expression,) = rule["from"][0]["podSelector"]["matchExpressions"]
        assert set(expression["values"]) == {"web", "worker-main", "worker-email"}

    def test_without_it_nothing_of_it_is_there(self) -> None:
        assert not [item for item in manifests_of(cnpg()) if item["kind"] == "Pooler"]
        assert "DATABASE_POOLER" not in str(
            container_of(find(manifests_of(cnpg()), "Deployment", "demo-web"))
        )


class TestHealth:
    def test_what_to_install_is_said_while_there_is_no_cluster(self) -> None:
        verdict = postgres.health(cnpg(), LiveObjects())
        assert verdict.reason == Reason.MISSING
        assert "install CloudNativePG 1.25 or newer" in verdict.message

    def test_ready(self) -> None:
        verdict = postgres.health(cnpg(), LiveObjects([cluster(cnpg())], SECRET))
        assert verdict.healthy
        assert verdict.data == {"replicas": {"postgres": "3/3"}}
        assert "Cluster in healthy state" in verdict.message

    def test_its_secret_is_waited_for(self) -> None:
        verdict = postgres.health(cnpg(), LiveObjects([cluster(cnpg())]))
        assert verdict.reason == Reason.SECRET_MISSING
        assert "demo-pg-app" in verdict.message

    @pytest.mark.parametrize(
        "status",
        [
            {"readyInstances": 2, "phase": "Failing over"},
            {"instances": 4},
            {"conditions": [{"type": "Ready", "status": "False"}]},
            {"conditions": []},
        ],
    )
    def test_not_ready(self, status: dict[str, Any]) -> None:
        verdict = postgres.health(cnpg(), LiveObjects([cluster(cnpg(), **status)], SECRET))
        assert not verdict.healthy
        assert verdict.reason == Reason.ROLLING_OUT

    def test_a_change_that_it_has_not_seen(self) -> None:
        found = cluster(cnpg(), [{**READY, "observedGeneration": 1}])
        assert postgres.health(cnpg(), LiveObjects([found], SECRET)).reason == Reason.NOT_OBSERVED

    def test_hibernation(self) -> None:
        resolved = production(database=PROVIDER, suspend=True)
        verdict = postgres.health(resolved, LiveObjects([cluster(resolved, readyInstances=0)]))
        assert (verdict.healthy, verdict.reason) == (True, Reason.SUSPENDED)

    def test_the_pooler_counts(self) -> None:
        resolved = cnpg(pooler={"enabled": True})
        found = [cluster(resolved)]
        assert "Pooler demo-pg-pooler" in postgres.health(resolved, LiveObjects(found, SECRET)).message
        made = find(manifests_of(resolved), "Pooler", "demo-pg-pooler")
        for ready, healthy in ((1, False), (2, True)):
            live = LiveObjects([*found, {**made, "status": {"instances": ready}}], SECRET)
            assert postgres.health(resolved, live).healthy is healthy
