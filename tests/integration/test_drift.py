"""Whatever somebody does to what we own is put right; what others own is left alone."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import make_namespace
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until


@pytest.fixture(scope="module")
def settled(
    server: ApiServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Resee, OperatorProcess]]:
    """A ReseeDeployment that is Ready, and the operator that looks after it; one for all tests here."""
    namespace = f"drift-{uuid.uuid4().hex[:8]}"
    make_namespace(server, namespace)
    resee = Resee(server, namespace)
    operator = OperatorProcess(
        server.kubeconfig, tmp_path_factory.mktemp("drift"), "operator", namespace, RESEE_NAMESPACES=namespace
    )
    with Controllers(server, namespace), operator:
        operator.lead()
        resee.apply(web={"replicas": 2}, backup={"schedule": "0 4 * * *"})
        resee.wait_settled()
        yield resee, operator


def _container(**fields: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": [{"name": "web", **fields}]}}}}


DRIFTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "replicas": ("deployment", "demo-web", {"spec": {"replicas": 7}}),
    "image": ("deployment", "demo-web", _container(image="somebody/else:1")),
    "environment": ("deployment", "demo-web", _container(env=[{"name": "WEB_CONCURRENCY", "value": "99"}])),
    "security": (
        "deployment",
        "demo-nginx",
        {"spec": {"template": {"spec": {"automountServiceAccountToken": None, "securityContext": None}}}},
    ),
    "strategy": (
        "deployment",
        "demo-beat",
        {"spec": {"strategy": {"$retainKeys": ["type"], "type": "RollingUpdate"}}},
    ),
    "selector": ("service", "demo-nginx", {"spec": {"selector": {"stray": "label"}}}),
    "port": ("service", "demo-web", {"spec": {"ports": [{"name": "main", "port": 8000, "targetPort": 1}]}}),
    "configuration": ("configmap", "demo-config", {"data": {"DEBUG": "maybe"}}),
    "policy": ("networkpolicy", "demo-postgres", {"spec": {"ingress": [{}]}}),
    "schedule": ("cronjob", "demo-backup", {"spec": {"schedule": "1 1 1 1 1"}}),
    "budget": ("poddisruptionbudget", "demo-web", {"spec": {"maxUnavailable": 2}}),
    "token": ("serviceaccount", "demo-web", {"automountServiceAccountToken": None}),
    "label": (
        "deployment",
        "demo-worker-all",
        {"metadata": {"labels": {"app.kubernetes.io/component": "x"}}},
    ),
    "manager": (
        "service",
        "demo-redis",
        {"metadata": {"labels": {"app.kubernetes.io/managed-by": "somebody"}}},
    ),
    "instance": ("configmap", "demo-config", {"metadata": {"labels": {"app.kubernetes.io/instance": None}}}),
    "digest": ("service", "demo-redis", {"metadata": {"annotations": {"resee.io/applied": None}}}),
    "owner": (
        "deployment",
        "demo-web",
        {
            "metadata": {
                "ownerReferences": [
                    {
                        "apiVersion": "v1",
                        "kind": "ConfigMap",
                        "name": "somebody",
                        "uid": "00000000-0000-0000-0000-000000000001",
                        "controller": True,
                    }
                ]
            }
        },
    ),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_put_back(settled: tuple[Resee, OperatorProcess], drift: str) -> None:
    resee, _ = settled
    kind, name, change = DRIFTS[drift]
    before = _owned(resee.get(kind, name))
    strategic = drift in ("image", "environment", "port", "strategy")
    how = "strategic" if strategic else "merge"
    resee.run("patch", kind, name, f"--type={how}", "-p", json.dumps(change), "--field-manager=somebody")

    until(lambda: _same(_owned(resee.get(kind, name)), before), Budget.REPAIR)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("deployment", "demo-web"),
        ("deployment", "demo-worker-all"),
        ("deployment", "demo-beat"),
        ("deployment", "demo-nginx"),
        ("statefulset", "demo-postgres"),
        ("service", "demo-web"),
        ("configmap", "demo-config"),
        ("serviceaccount", "demo-web"),
        ("networkpolicy", "demo-default-deny"),
        ("cronjob", "demo-backup"),
        ("poddisruptionbudget", "demo-web"),
    ],
)
def test_deleted_child_comes_back(settled: tuple[Resee, OperatorProcess], kind: str, name: str) -> None:
    resee, _ = settled
    old = resee.get(kind, name)
    resee.run("delete", kind, name, "--wait=false")

    def check() -> None:
        now = resee.get(kind, name)
        assert now["metadata"]["uid"] != old["metadata"]["uid"]
        assert _owned(now) == _owned(old)

    until(check, Budget.REPAIR)


def test_deleted_secret_comes_back_with_its_values(settled: tuple[Resee, OperatorProcess]) -> None:
    resee, _ = settled
    for name in ("demo-database", "demo-app", "demo-redis"):
        old = resee.get("secret", name)
        resee.run("delete", "secret", name)

        until(lambda name=name, old=old: _same(resee.get("secret", name)["data"], old["data"]), Budget.REPAIR)  # type: ignore[misc]


def test_removed_key_of_a_secret_comes_back(settled: tuple[Resee, OperatorProcess]) -> None:
    resee, _ = settled
    old = resee.get("secret", "demo-database")
    resee.patch("secret", "demo-database", {"data": {"password": None, "uri": None}})

    until(lambda: _same(resee.get("secret", "demo-database")["data"], old["data"]), Budget.REPAIR)


def test_edited_secret_stands_and_rolls_exactly_its_readers(settled: tuple[Resee, OperatorProcess]) -> None:
    resee, _ = settled
    before = _templates(resee)
    new = base64.b64encode(b"a-new-key-of-somebody-who-may").decode()
    resee.patch("secret", "demo-app", {"data": {"SECRET_KEY": new}})
    readers = {"Deployment/demo-web", "Deployment/demo-worker-all", "Deployment/demo-beat"}

    def check() -> None:
        after = _templates(resee)
        assert {name for name in after if after[name] != before[name]} == readers

    until(check, Budget.REPAIR)
    resee.wait_settled()
    check()
    assert resee.get("secret", "demo-app")["data"]["SECRET_KEY"] == new


def test_number_of_pods_that_an_autoscaler_chose_is_left_alone(
    settled: tuple[Resee, OperatorProcess],
) -> None:
    resee, operator = settled
    resee.apply(web={"autoscaling": {"minReplicas": 2, "maxReplicas": 6}}, backup={"schedule": "0 4 * * *"})
    until(lambda: resee.get("horizontalpodautoscaler", "demo-web"), Budget.REPAIR)
    resee.wait_settled()
    # What an autoscaler does, by the subresource that it uses.
    resee.run("scale", "deployment", "demo-web", "--replicas=5")
    resee.wait_settled()
    # A drift beside it makes the operator write the same object.
    counted = operator.metric("resee_operator_drift_repaired_total", kind="Deployment")
    change = _container(image="somebody/else:2")
    resee.run("patch", "deployment", "demo-web", "--type=strategic", "-p", json.dumps(change))

    def check() -> None:
        assert operator.metric("resee_operator_drift_repaired_total", kind="Deployment") > counted
        found = resee.get("deployment", "demo-web")["spec"]
        assert found["template"]["spec"]["containers"][0]["image"] != "somebody/else:2"
        assert found["replicas"] == 5

    until(check, Budget.REPAIR)
    resee.apply(web={"replicas": 2}, backup={"schedule": "0 4 * * *"})
    until(lambda: _same(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.REPAIR)
    resee.wait_settled()


def _templates(resee: Resee) -> dict[str, Any]:
    """Pod templates of what rolls."""
    return {
        name: item["spec"]["template"]
        for name, item in resee.children().items()
        if name.startswith(("Deployment/", "StatefulSet/"))
    }


def test_what_others_own_is_left_alone(settled: tuple[Resee, OperatorProcess]) -> None:
    resee, operator = settled
    sidecar = {"name": "proxy", "image": "mesh/proxy:1"}
    theirs = {
        "metadata": {"annotations": {"somebody.example/note": "hello"}, "labels": {"team": "blue"}},
        "spec": {"template": {"spec": {"containers": [sidecar]}}},
    }
    resee.run("patch", "deployment", "demo-worker-all", "--type=strategic", "-p", json.dumps(theirs))
    resee.patch("configmap", "demo-config", {"data": {"THEIRS": "1"}})
    before = len(operator.passes())
    # A drift of our own in the same object makes the operator write it; theirs has to survive that.
    resee.run("scale", "deployment", "demo-worker-all", "--replicas=5")
    resee.patch("configmap", "demo-config", {"data": {"LOG_LEVEL": "loud"}})

    def check() -> None:
        worker, config = resee.get("deployment", "demo-worker-all"), resee.get("configmap", "demo-config")
        assert worker["spec"]["replicas"] == 1
        assert config["data"]["LOG_LEVEL"] != "loud"
        containers = worker["spec"]["template"]["spec"]["containers"]
        assert ("proxy", "mesh/proxy:1") in [
            (container["name"], container["image"]) for container in containers
        ]
        assert worker["metadata"]["annotations"]["somebody.example/note"] == "hello"
        assert worker["metadata"]["labels"]["team"] == "blue"
        assert config["data"]["THEIRS"] == "1"

    until(check, Budget.REPAIR)
    assert len(operator.passes()) > before


def test_repairs_are_counted_and_told(settled: tuple[Resee, OperatorProcess]) -> None:
    resee, operator = settled
    counted = operator.metric("resee_operator_drift_repaired_total", kind="Service")
    resee.patch("service", "demo-web", {"spec": {"selector": {"stray": "one"}}})

    def check() -> None:
        assert operator.metric("resee_operator_drift_repaired_total", kind="Service") > counted
        events = json.loads(resee.run("get", "events", "-o", "json"))["items"]
        told = [event for event in events if event["reason"] == "DriftRepaired"]
        assert any(
            "Service/demo-web" in event["message"] and "spec.selector.stray" in event["message"]
            for event in told
        )

    until(check, Budget.REPAIR)


def _owned(found: dict[str, Any]) -> dict[str, Any]:
    """What of an object does not change by its being made anew or written again."""
    metadata = found["metadata"]
    labels = {key: value for key, value in metadata["labels"].items() if key.startswith("app.kubernetes.io/")}
    ours = {
        key: value for key, value in metadata.get("annotations", {}).items() if key.startswith("resee.io/")
    }
    spec = {
        key: value for key, value in found.get("spec", {}).items() if key not in ("clusterIP", "clusterIPs")
    }
    owners = metadata.get("ownerReferences")
    account = found.get("automountServiceAccountToken")
    return {
        "labels": labels,
        "annotations": ours,
        "owners": owners,
        "spec": spec,
        "data": found.get("data"),
        "a": account,
    }


def _same(found: object, wanted: object) -> None:
    assert found == wanted
