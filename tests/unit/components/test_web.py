"""Web rolls without an interruption, scales as told, and rolls when what it reads has changed."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import Facts, meta, web
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    production,
    resolved_of,
    rolled_out,
)


def deployment(resolved: Resolved, facts: Facts | None = None) -> dict[str, Any]:
    return find(manifests_of(resolved, facts), "Deployment", "demo-web")


def pod(resolved: Resolved) -> dict[str, Any]:
    spec = deployment(resolved)["spec"]["template"]["spec"]
    assert isinstance(spec, dict)
    return spec


def checksum(resolved: Resolved, facts: Facts | None = None) -> str:
    annotations = deployment(resolved, facts)["spec"]["template"]["metadata"]["annotations"]
    return str(annotations[meta.CHECKSUM_ANNOTATION])


def kinds(resolved: Resolved) -> list[str]:
    return [item["kind"] for item in web.objects(resolved, facts_of(resolved))]


class TestRollout:
    def test_a_new_pod_is_ready_before_an_old_one_goes(self) -> None:
        strategy = deployment(resolved_of())["spec"]["strategy"]
        assert strategy["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}

    def test_running_requests_end_within_the_grace_period(self) -> None:
        spec = pod(resolved_of())
        drain = container_of(deployment(resolved_of()))["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert drain > 0
        assert drain + 25 < spec["terminationGracePeriodSeconds"]


class TestProbes:
    def test_liveness_and_start_touch_no_database(self) -> None:
        container = container_of(deployment(resolved_of()))
        for name in ("startupProbe", "livenessProbe"):
            assert container[name]["httpGet"]["path"] == "/api/health/live/"

    def test_readiness_asks_the_dependencies(self) -> None:
        probe = container_of(deployment(resolved_of()))["readinessProbe"]["httpGet"]
        assert (probe["path"], probe["port"]) == ("/api/health/ready/", 8000)
        assert probe["httpHeaders"] == [{"name": "Host", "value": "localhost"}]


class TestScale:
    def test_one_pod_needs_neither_autoscaler_nor_budget(self) -> None:
        assert kinds(resolved_of()) == ["Service", "Deployment"]

    def test_several_pods_get_a_budget(self) -> None:
        resolved = resolved_of(web={"replicas": 3})
        assert deployment(resolved)["spec"]["replicas"] == 3
        budget = find(manifests_of(resolved), "PodDisruptionBudget", "demo-web")
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["selector"] == deployment(resolved)["spec"]["selector"]

    def test_an_autoscaler_owns_the_number(self) -> None:
        resolved = production()
        assert "replicas" not in deployment(resolved)["spec"]
        scaler = find(manifests_of(resolved), "HorizontalPodAutoscaler", "demo-web")["spec"]
        assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 10)
        assert scaler["scaleTargetRef"]["name"] == "demo-web"
        assert scaler["metrics"][0]["resource"]["target"]["averageUtilization"] == 70
        assert scaler["behavior"]["scaleUp"]["stabilizationWindowSeconds"] == 300
        assert scaler["behavior"]["scaleDown"] == {"selectPolicy": "Disabled"}

    def test_suspended_it_has_no_pods_even_with_an_autoscaler(self) -> None:
        assert deployment(production(suspend=True))["spec"]["replicas"] == 0


class TestPlace:
    def test_production_spreads_over_zones(self) -> None:
        zone, host = pod(production())["topologySpreadConstraints"]
        assert zone["topologyKey"] == "topology.kubernetes.io/zone"
        assert (zone["maxSkew"], zone["whenUnsatisfiable"]) == (1, "DoNotSchedule")
        assert zone["matchLabelKeys"] == ["pod-template-hash"]
        assert zone["nodeTaintsPolicy"] == "Honor"
        assert host["whenUnsatisfiable"] == "ScheduleAnyway"

    def test_one_machine_does_not(self) -> None:
        assert "topologySpreadConstraints" not in pod(resolved_of(stage="Basic"))

    def test_a_users_affinity_replaces_the_spread(self) -> None:
        spec = pod(production(web={"affinity": {"podAntiAffinity": {}}}))
        assert spec["affinity"] == {"podAntiAffinity": {}}
        assert "topologySpreadConstraints" not in spec

    def test_overrides(self) -> None:
        toleration = {"key": "spot", "operator": "Exists", "tolerationSeconds": 30}
        spec = pod(resolved_of(web={"nodeSelector": {"a": "b"}, "tolerations": [toleration]}))
        assert spec["nodeSelector"] == {"a": "b"}
        assert spec["tolerations"] == [toleration]


class TestEnvironment:
    def test_secrets_are_references(self) -> None:
        variables = env_of(deployment(resolved_of()))
        assert variables["DATABASE_URL"] == {"secretKeyRef": {"name": "demo-database", "key": "uri"}}
        assert variables["CACHE_URL"] == {"secretKeyRef": {"name": "demo-redis", "key": "cache-uri"}}
        assert variables["SECRET_KEY"] == {"secretKeyRef": {"name": "demo-app", "key": "SECRET_KEY"}}
        assert variables["DATABASE_REPLICA_URL"]["secretKeyRef"]["optional"] is True
        assert "SLACK_WEBHOOK_URL" not in variables

    def test_slack(self) -> None:
        resolved = resolved_of(notifications={"slack": {"secretName": "hook"}})
        reference = env_of(deployment(resolved))["SLACK_WEBHOOK_URL"]
        assert reference == {"secretKeyRef": {"name": "hook", "key": "url"}}

    def test_the_components_variables_win_over_the_deployments_and_those_over_ours(self) -> None:
        resolved = resolved_of(
            env=[{"name": "A", "value": "all"}, {"name": "B", "value": "all"}],
            web={"env": [{"name": "B", "value": "web"}, {"name": "WEB_CONCURRENCY", "value": "9"}]},
        )
        variables = env_of(deployment(resolved))
        assert (variables["A"], variables["B"], variables["WEB_CONCURRENCY"]) == ("all", "web", "9")
        names = [variable["name"] for variable in container_of(deployment(resolved))["env"]]
        assert len(names) == len(variables)

    def test_concurrency(self) -> None:
        assert env_of(deployment(resolved_of(web={"concurrency": 5})))["WEB_CONCURRENCY"] == "5"


class TestChecksum:
    """Exactly what the Pods read: they roll when it changes, and only then."""

    @pytest.mark.parametrize(
        ("secret", "key"),
        [
            ("demo-database", "uri"),
            ("demo-redis", "uri"),
            ("demo-redis", "cache-uri"),
            ("demo-app", "SECRET_KEY"),
        ],
    )
    def test_changes_with_what_is_read(self, secret: str, key: str) -> None:
        resolved = resolved_of()
        facts = facts_of(resolved)
        changed = Facts({**facts.secrets, secret: {**facts.secrets[secret], key: "new"}})
        assert checksum(resolved, changed) != checksum(resolved, facts)

    def test_changes_when_a_missing_secret_comes(self) -> None:
        variable = {"name": "DSN", "valueFrom": {"secretKeyRef": {"name": "sentry", "key": "dsn"}}}
        resolved = resolved_of(env=[variable])
        came = facts_of(resolved, sentry={"dsn": "https://x"})
        assert checksum(resolved, came) != checksum(resolved, facts_of(resolved))

    def test_changes_with_the_configuration(self) -> None:
        assert checksum(resolved_of(logLevel="DEBUG")) != checksum(resolved_of())

    @pytest.mark.parametrize("key", ["password", "auth.conf", "another"])
    def test_stays_when_something_else_changes(self, key: str) -> None:
        resolved = resolved_of()
        facts = facts_of(resolved)
        secrets = {**facts.secrets, "demo-redis": {**facts.secrets["demo-redis"], key: "new"}}
        assert checksum(resolved, Facts(secrets)) == checksum(resolved, facts)

    def test_stays_when_other_secrets_come(self) -> None:
        resolved = resolved_of()
        assert checksum(resolved, facts_of(resolved, other={"a": "b"})) == checksum(resolved)


class TestLiveUpdate:
    def test_makes_the_file_system_writable_and_reloads(self) -> None:
        container = container_of(deployment(resolved_of(dev={"liveUpdate": True})))
        assert container["command"][-1] == "--reload"
        assert container["securityContext"]["readOnlyRootFilesystem"] is False

    def test_is_off_otherwise(self) -> None:
        assert "--reload" not in container_of(deployment(resolved_of()))["command"]


def test_health() -> None:
    resolved = resolved_of()
    assert web.health(resolved, LiveObjects()).reason == Reason.MISSING
    live = LiveObjects([rolled_out(deployment(resolved))])
    verdict = web.health(resolved, live)
    assert (verdict.healthy, verdict.reason) == (True, Reason.READY)
    assert verdict.data == {"replicas": {"web": "1/1"}}
