"""What stands around Pods and data: workloads, Services, budgets, claims, names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from resee_operator.components import Facts, meta, storage, workloads
from resee_operator.components.pods import Container, Pod
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import Autoscaling, Band, PodSettings, Resources, Scale, Volume
from tests.support.deployments import UID, resolved_of

POD = Pod(
    component="web",
    container=Container(name="web", image="image:1"),
    settings=PodSettings(Resources("100m", "64Mi", "128Mi")),
)
BOUNDS = Autoscaling(min_replicas=2, max_replicas=4, cpu=Band(out=50, back=20))


def deployment(scale: Scale, resolved: Resolved | None = None) -> dict[str, Any]:
    return workloads.deployment(resolved or resolved_of(), Facts(), POD, scale)


def kinds(scale: Scale, resolved: Resolved | None = None) -> list[str]:
    return [item["kind"] for item in workloads.scaling(resolved or resolved_of(), "web", scale)]


def autoscaler(bounds: Autoscaling, queues: tuple[str, ...] = ()) -> dict[str, Any]:
    return workloads.scaling(resolved_of(), "web", Scale(2, bounds), queues)[0]


class TestDeployment:
    def test_is_named_after_its_component(self) -> None:
        assert deployment(Scale(1))["metadata"]["name"] == "demo-web"

    @pytest.mark.parametrize(
        ("scale", "suspended", "count"),
        [
            (Scale(3), False, 3),
            (Scale(0), False, 0),
            (Scale(2, BOUNDS), False, None),
            (Scale(3), True, 0),
            (Scale(2, BOUNDS), True, 0),
        ],
    )
    def test_number_of_pods(self, scale: Scale, suspended: bool, count: int | None) -> None:
        made = deployment(scale, resolved_of(suspend=suspended))
        assert made["spec"].get("replicas") == count

    def test_a_rollout_that_hangs_is_noticed_within_minutes(self) -> None:
        assert deployment(Scale(1))["spec"]["progressDeadlineSeconds"] == 300

    def test_shared_values_are_not_changed_by_a_reader(self) -> None:
        """The strategies are constants: what the engine does to a manifest must not reach the next one."""
        deployment(Scale(1))["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 7
        assert deployment(Scale(1))["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


class TestScaling:
    @pytest.mark.parametrize(
        ("scale", "wanted"),
        [
            (Scale(1), []),
            (Scale(0), []),
            (Scale(2), ["PodDisruptionBudget"]),
            (Scale(2, BOUNDS), ["HorizontalPodAutoscaler", "PodDisruptionBudget"]),
            (Scale(1, replace(BOUNDS, min_replicas=1)), ["HorizontalPodAutoscaler"]),
        ],
    )
    def test_what_goes_with_a_number_of_pods(self, scale: Scale, wanted: list[str]) -> None:
        assert kinds(scale) == wanted

    def test_the_autoscaler_only_adds(self) -> None:
        behavior = autoscaler(BOUNDS)["spec"]["behavior"]
        assert behavior["scaleDown"] == {"selectPolicy": "Disabled"}
        assert behavior["scaleUp"] == {"stabilizationWindowSeconds": 300}

    def test_it_adds_by_requests_where_an_adapter_gives_them(self) -> None:
        bounds = replace(BOUNDS, requests=Band(1000, 100), requests_metric="requests_per_minute")
        cpu, requests = autoscaler(bounds)["spec"]["metrics"]
        assert cpu["resource"]["target"]["averageUtilization"] == 50
        assert requests["pods"]["metric"] == {"name": "requests_per_minute"}
        assert requests["pods"]["target"] == {"type": "AverageValue", "averageValue": "1000"}

    def test_the_rule_of_the_operator_is_written_on_it(self) -> None:
        made = autoscaler(replace(BOUNDS, queue=Band(20, 2)), queues=("reviews", "default"))
        assert json.loads(made["metadata"]["annotations"][workloads.RULE_ANNOTATION]) == {
            "cpu": {"out": 50, "in": 20},
            "queue": {"out": 20, "in": 2},
            "queues": ["default", "reviews"],
        }

    def test_nothing_scales_what_is_suspended(self) -> None:
        assert kinds(Scale(2, BOUNDS), resolved_of(suspend=True)) == []

    def test_broken_pods_do_not_block_a_drain(self) -> None:
        (budget,) = workloads.scaling(resolved_of(), "web", Scale(2))
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_a_service_leads_to_the_pods_of_its_component() -> None:
    made = workloads.service(resolved_of(), "web", 80, 8000)
    assert made["spec"]["selector"] == meta.selector(resolved_of(), "web")
    assert made["spec"]["ports"] == [{"name": "main", "port": 80, "targetPort": 8000, "protocol": "TCP"}]


class TestStorage:
    def test_a_claim_is_named_as_a_stateful_set_would_name_it(self) -> None:
        made = storage.claim(resolved_of(), "postgres", Volume("1Gi", None))
        assert made["metadata"]["name"] == "data-demo-postgres-0"
        assert "storageClassName" not in made["spec"]

    def test_a_claim_of_another_name_and_class(self) -> None:
        made = storage.claim(resolved_of(), "backup", Volume("1Gi", "fast"), "demo-backup")
        assert made["metadata"]["name"] == "demo-backup"
        assert made["spec"]["storageClassName"] == "fast"

    @pytest.mark.parametrize(("suspended", "count"), [(False, 1), (True, 0)])
    def test_one_pod_or_none(self, suspended: bool, count: int) -> None:
        made = storage.stateful_set(resolved_of(suspend=suspended), Facts(), POD)
        assert made["spec"]["replicas"] == count
        assert made["spec"]["serviceName"] == "demo-web"


class TestMetadata:
    def test_selectors_are_a_part_of_the_labels(self) -> None:
        resolved = resolved_of()
        assert meta.selector(resolved, "web").items() <= meta.labels(resolved, "web").items()
        assert meta.selector(resolved).items() <= meta.selector(resolved, "web").items()

    def test_labels(self) -> None:
        assert meta.labels(resolved_of(), "web") == {
            "app.kubernetes.io/name": "resee",
            "app.kubernetes.io/instance": "demo",
            "app.kubernetes.io/component": "web",
            "app.kubernetes.io/managed-by": "resee-operator",
        }

    def test_labels_do_not_name_the_version(self) -> None:
        """An upgrade must not change labels of objects that it does not concern."""
        assert meta.labels(resolved_of(version="1"), "web") == meta.labels(resolved_of(version="2"), "web")

    def test_the_owner_is_the_custom_resource(self) -> None:
        (owner,) = meta.metadata(resolved_of(), "x", "web")["ownerReferences"]
        assert owner == {
            "apiVersion": "resee.io/v1alpha1",
            "kind": "ReseeDeployment",
            "name": "demo",
            "uid": UID,
            "controller": True,
            "blockOwnerDeletion": True,
        }

    @pytest.mark.parametrize("policy", ["Retain", "Snapshot"])
    def test_data_has_no_owner_while_it_must_stay(self, policy: str) -> None:
        made = meta.metadata(resolved_of(deletionPolicy=policy), "x", "postgres", holds_data=True)
        assert "ownerReferences" not in made

    def test_annotations_only_where_there_are_some(self) -> None:
        assert "annotations" not in meta.metadata(resolved_of(), "x", "web", annotations={})
        assert meta.metadata(resolved_of(), "x", "web", annotations={"a": "b"})["annotations"] == {"a": "b"}
