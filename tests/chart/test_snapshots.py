"""What is installed by no values and by all of them, object by object, and valid for Kubernetes."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.chart.chart import FOLDER, Helm, of_kind, snapshot_values, without_crds

NOT_KUBERNETES_OWN = {"CustomResourceDefinition", "PrometheusRule", "ServiceMonitor"}


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_snapshot(helm: Helm, name: str) -> None:
    """`make generate` writes the snapshots anew; read the difference before you commit it."""
    kept = yaml.safe_load_all((FOLDER / "snapshots" / f"{name}.yaml").read_text())
    assert without_crds(helm.template(snapshot_values()[name])) == list(kept)


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_objects_are_valid(helm: Helm, name: str) -> None:
    for document in helm.template(snapshot_values()[name]):
        if document["kind"] not in NOT_KUBERNETES_OWN:
            kubernetes_validate.validate(document, "1.37", strict=True)


def pod(helm: Helm, name: str) -> dict[str, Any]:
    (deployment,) = of_kind(helm.template(snapshot_values()[name]), "Deployment")
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_pod_is_restricted(helm: Helm, name: str) -> None:
    spec = pod(helm, name)
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_pod_selector_holds_no_version(helm: Helm) -> None:
    (deployment,) = of_kind(helm.template({}), "Deployment")
    assert deployment["spec"]["selector"]["matchLabels"].keys() == {
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
    }


def test_one_replica_has_no_budget(helm: Helm) -> None:
    assert of_kind(helm.template({"replicaCount": 1}), "PodDisruptionBudget") == []
