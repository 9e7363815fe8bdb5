"""What the user writes wins over the stage, and the rest is filled in."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.api.deployment import DeletionPolicy, Stage
from resee_operator.api.workloads import QUEUES
from resee_operator.errors import InvalidSpec, NotSupported
from resee_operator.stages.resolved import S3, SecretKeyRef
from resee_operator.stages.sizes import Autoscaling, Band, Scale, Volume
from tests.support.deployments import EXTERNAL, production, resolved_of


def test_an_empty_spec_is_a_complete_local_deployment() -> None:
    resolved = resolved_of()
    assert resolved.stage == Stage.LOCAL
    assert (resolved.host, resolved.url) == ("localhost", "http://localhost")
    assert resolved.database.provider == DatabaseProvider.STATEFUL_SET
    assert resolved.redis.provider == RedisProvider.STATEFUL_SET
    assert resolved.deletion_policy == DeletionPolicy.RETAIN
    assert resolved.backup.enabled
    assert isinstance(resolved.backup.destination, Volume)
    assert not resolved.ingress.enabled


class TestVersion:
    def test_is_the_operators_at_first_sight(self) -> None:
        assert resolved_of().version == "9.9.9"

    def test_stays_what_it_was_when_the_operator_is_upgraded(self) -> None:
        assert resolved_of(pinned="1.0.0").version == "1.0.0"

    def test_is_what_the_spec_says(self) -> None:
        assert resolved_of(pinned="1.0.0", version="2.0.0").version == "2.0.0"


class TestImages:
    def test_come_from_the_operators_registry(self) -> None:
        images = resolved_of().images
        assert images.backend == "registry.example/resee/resee-backend:9.9.9"
        assert (images.postgres, images.redis) == ("postgres:15", "redis:7")

    def test_come_from_the_specs_registry(self) -> None:
        assert resolved_of(images={"registry": "r.io/x"}).images.nginx == "r.io/x/resee-nginx:9.9.9"

    def test_can_be_given_as_a_whole(self) -> None:
        images = resolved_of(version="2", images={"backend": "b:1", "postgres": "p:15.1"}).images
        assert (images.backend, images.postgres) == ("b:1", "p:15.1")
        assert images.backup == "registry.example/resee/resee-backup:2"


class TestAddress:
    def test_is_the_host(self) -> None:
        assert resolved_of(stage="Basic", host="a.example").url == "http://a.example"

    @pytest.mark.parametrize("tls", [{"secretName": "cert"}, {"upstream": True}])
    def test_is_encrypted_with_tls(self, tls: dict[str, Any]) -> None:
        assert resolved_of(stage="Basic", host="a.example", tls=tls).url == "https://a.example"

    def test_is_not_encrypted_by_an_empty_section(self) -> None:
        assert resolved_of(stage="Basic", host="a.example", tls={}).url == "http://a.example"

    def test_can_be_given_as_a_whole(self) -> None:
        assert resolved_of(url="http://localhost:8080").url == "http://localhost:8080"

    def test_without_a_host_is_the_service(self) -> None:
        assert resolved_of(stage="Basic").host == "demo-nginx.shop.svc"


class TestIngress:
    def test_comes_with_a_host(self) -> None:
        assert resolved_of(stage="Basic", host="a.example").ingress.enabled

    def test_does_not_come_in_stage_local(self) -> None:
        assert not resolved_of(stage="Local", host="a.example").ingress.enabled

    def test_can_be_turned_off(self) -> None:
        assert not resolved_of(stage="Basic", host="a.example", ingress={"enabled": False}).ingress.enabled

    def test_can_be_turned_on(self) -> None:
        assert resolved_of(host="a.example", ingress={"enabled": True}).ingress.enabled


class TestScale:
    def test_is_the_stages(self) -> None:
        rule = Autoscaling(2, 10, Band(70, 30), requests=Band(1000, 100))
        assert production().web.scale == Scale(2, rule)

    def test_a_fixed_number_turns_the_stages_autoscaler_off(self) -> None:
        assert production(web={"replicas": 4}).web.scale == Scale(4)

    def test_bounds_are_the_specs(self) -> None:
        bounds = {"minReplicas": 3, "maxReplicas": 5, "targetCPUUtilization": 50}
        rule = Autoscaling(3, 5, Band(50, 50 * 3 / 7), requests=Band(1000, 100))
        assert resolved_of(web={"autoscaling": bounds}).web.scale == Scale(3, rule)

    def test_every_figure_can_be_set(self) -> None:
        bounds = {
            "targetCPUUtilization": 60,
            "scaleInCPUUtilization": 10,
            "targetRequestsPerMinute": 500,
            "scaleInRequestsPerMinute": 200,
            "requestsMetric": "requests_per_minute",
        }
        rule = resolved_of(web={"autoscaling": bounds}).web.scale.autoscaling
        assert rule == Autoscaling(2, 10, Band(60, 10), Band(500, 200), requests_metric="requests_per_minute")

    def test_workers_have_the_depth_of_their_queues(self) -> None:
        group = {"name": "all", "queues": list(QUEUES), "autoscaling": {"targetQueueDepth": 40}}
        (worker,) = resolved_of(workers=[group]).workers
        assert worker.scale.autoscaling == Autoscaling(2, 10, Band(70, 30), queue=Band(40, 4))

    @pytest.mark.parametrize(
        "figures",
        [
            {"scaleInCPUUtilization": 36},
            {"targetRequestsPerMinute": 100, "scaleInRequestsPerMinute": 51},
            {"minReplicas": 3, "maxReplicas": 2},
        ],
    )
    def test_figures_that_would_take_a_pod_away_and_want_it_back_are_refused(
        self, figures: dict[str, int]
    ) -> None:
        with pytest.raises(InvalidSpec):
            resolved_of(web={"autoscaling": figures})

    @pytest.mark.parametrize(("count", "several"), [(0, False), (1, False), (2, True)])
    def test_several_are_more_than_one(self, count: int, several: bool) -> None:
        assert Scale(count).several is several


class TestResources:
    def test_are_the_stages(self) -> None:
        amounts = resolved_of().web.pods.resources
        assert (amounts.cpu_request, amounts.memory_limit, amounts.cpu_limit) == ("100m", "512Mi", None)

    def test_are_the_specs(self) -> None:
        given = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": 2, "memory": "2Gi"}}
        amounts = resolved_of(web={"resources": given}).web.pods.resources
        assert (amounts.cpu_request, amounts.memory_request) == ("1", "1Gi")
        assert (amounts.cpu_limit, amounts.memory_limit) == ("2", "2Gi")

    def test_a_greater_request_raises_the_stages_limit(self) -> None:
        amounts = resolved_of(web={"resources": {"requests": {"memory": "2Gi"}}}).web.pods.resources
        assert amounts.memory_limit == "2Gi"

    def test_a_smaller_request_leaves_the_stages_limit(self) -> None:
        amounts = resolved_of(web={"resources": {"requests": {"memory": "1Mi"}}}).web.pods.resources
        assert amounts.memory_limit == "512Mi"

    def test_a_smaller_limit_lowers_the_stages_request(self) -> None:
        limits = {"memory": "100Mi", "cpu": "10m"}
        amounts = resolved_of(web={"resources": {"limits": limits}}).web.pods.resources
        assert (amounts.memory_request, amounts.cpu_request) == ("100Mi", "10m")

    def test_the_migration_runs_where_web_runs_with_resources_of_its_own(self) -> None:
        web = {"nodeSelector": {"disk": "fast"}, "resources": {"requests": {"cpu": "3"}}}
        migration = resolved_of(web=web).migration
        assert migration.node_selector == {"disk": "fast"}
        assert migration.resources.cpu_request == "50m"


class TestWorkers:
    def test_are_the_stages_groups(self) -> None:
        assert [worker.name for worker in production().workers] == ["main", "email"]

    def test_are_sorted_so_that_their_order_changes_nothing(self) -> None:
        groups = [
            {"name": "b", "queues": ["default", "reviews"]},
            {"name": "a", "queues": ["email"], "concurrency": 7, "replicas": 3},
        ]
        first, second = resolved_of(workers=groups).workers
        assert (first.name, first.concurrency, first.scale) == ("a", 7, Scale(3))
        assert (second.name, second.concurrency, second.scale) == ("b", 2, Scale(1))


class TestData:
    def test_volumes_are_the_stages(self) -> None:
        assert resolved_of(stage="Basic").database.volume == Volume("10Gi", None)

    def test_volumes_are_the_specs(self) -> None:
        storage = {"size": "7Gi", "className": "fast"}
        assert resolved_of(redis={"storage": storage}).redis.volume == Volume("7Gi", "fast")

    def test_parameters_are_merged(self) -> None:
        database = resolved_of(database={"parameters": {"max_connections": "9", "work_mem": "8MB"}}).database
        assert database.parameters == {"shared_buffers": "32MB", "max_connections": "9", "work_mem": "8MB"}

    def test_external_servers_are_named_by_their_secrets(self) -> None:
        resolved = resolved_of(**EXTERNAL)
        assert resolved.database.secret_name == "rds"
        assert resolved.redis.secret_name == "elasticache"

    def test_a_bucket(self) -> None:
        s3 = {"bucket": "safe", "prefix": "a/b", "credentialsSecret": "keys"}
        destination = resolved_of(backup={"destination": {"s3": s3}}).backup.destination
        assert destination == S3("safe", "a/b", None, None, "keys")

    def test_a_volume_for_backups(self) -> None:
        volume = {"storage": {"size": "3Gi"}}
        backup = resolved_of(backup={"destination": {"volume": volume}}).backup
        assert backup.destination == Volume("3Gi", None)

    def test_retention(self) -> None:
        kept = resolved_of(backup={"retention": {"keepLast": 1, "monthly": 12}}).backup.retention
        assert (kept.keep_last, kept.daily, kept.weekly, kept.monthly) == (1, 7, 4, 12)


class TestSecretNames:
    def test_are_the_generated_ones(self) -> None:
        assert resolved_of().secret_names == ("demo-app", "demo-database", "demo-redis")

    def test_are_also_those_that_the_user_names(self) -> None:
        variable = {"name": "DSN", "valueFrom": {"secretKeyRef": {"name": "sentry", "key": "dsn"}}}
        other = {"name": "LIMIT", "valueFrom": {"configMapKeyRef": {"name": "limits", "key": "n"}}}
        resolved = resolved_of(
            **EXTERNAL,
            env=[variable],
            beat={"env": [{**variable, "valueFrom": {"secretKeyRef": {"name": "beat", "key": "k"}}}, other]},
            notifications={"slack": {"secretName": "slack", "key": "hook"}},
            backup={"destination": {"s3": {"bucket": "safe", "credentialsSecret": "keys"}}},
        )
        assert resolved.slack == SecretKeyRef("slack", "hook")
        wanted = ("beat", "demo-app", "elasticache", "keys", "rds", "sentry", "slack")
        assert resolved.secret_names == wanted


class TestRefusals:
    @pytest.mark.parametrize(
        "line", ["61 3 * * *", "0 24 * * *", "0 3 32 * *", "0 3 30 2 *", "0 3 * 13 *", "0 3 * * MON-FRY"]
    )
    def test_cron_lines_that_no_moment_matches(self, line: str) -> None:
        with pytest.raises(InvalidSpec) as error:
            resolved_of(backup={"schedule": line})
        assert error.value.field == "spec.backup.schedule"
        assert "0 3 * * *" in error.value.remedy

    def test_the_schedule_of_drills_too(self) -> None:
        with pytest.raises(InvalidSpec) as error:
            resolved_of(backup={"drill": {"schedule": "99 * * * *"}})
        assert error.value.field == "spec.backup.drill.schedule"

    @pytest.mark.parametrize("name", ["Asia/Nowhere", "Asia", "KST9", "Local"])
    def test_unknown_time_zones(self, name: str) -> None:
        with pytest.raises(InvalidSpec) as error:
            resolved_of(backup={"timeZone": name})
        assert error.value.field == "spec.backup.timeZone"
        assert "Asia/Seoul" in error.value.remedy

    @pytest.mark.parametrize("network", ["10.0.0.1/8", "10.0.0.0/33", "1.2.3/8", "::/129"])
    def test_ranges_that_are_none(self, network: str) -> None:
        with pytest.raises(InvalidSpec) as error:
            resolved_of(ingress={"trustedProxies": ["10.0.0.0/8", network]})
        assert error.value.field == "spec.ingress.trustedProxies[1]"

    @pytest.mark.parametrize(("section", "provider"), [("database", "RDS"), ("redis", "ElastiCache")])
    def test_providers_that_are_not_there(self, section: str, provider: str) -> None:
        spec: dict[str, Any] = {section: {"provider": provider}}
        with pytest.raises(NotSupported) as error:
            resolved_of(**spec)
        assert error.value.field == f"spec.{section}.provider"
        assert {"StatefulSet", "External"} < set(error.value.supported)
        assert str(error.value).startswith(f"spec.{section}.provider: '{provider}' is not supported")


@pytest.mark.parametrize("name", ["Asia/Seoul", "UTC", "Etc/GMT+9", "America/Argentina/Ushuaia"])
def test_known_time_zones(name: str) -> None:
    assert resolved_of(backup={"timeZone": name}).backup.time_zone == name


def test_comforts_of_development() -> None:
    resolved = resolved_of(dev={"liveUpdate": True, "debug": True})
    assert (resolved.live_update, resolved.debug) == (True, True)
    assert (resolved_of().live_update, resolved_of().debug) == (False, False)


def test_variables_are_sorted_so_that_their_order_changes_nothing() -> None:
    pairs = [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]
    assert resolved_of(env=pairs) == resolved_of(env=pairs[::-1])
