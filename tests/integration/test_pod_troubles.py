"""What keeps a Pod from running is told on the custom resource: once, by name, with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import apply, kubectl
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

NAME = "demo-web-7d9f-x2x4q"


def _waiting(reason: str, **more: Any) -> dict[str, Any]:
    container = {"name": "web", "image": "resee", "imageID": "", "ready": False, "restartCount": 3}
    state = {"waiting": {"reason": reason, "message": "the kubelet's own words"}}
    return {"phase": "Pending", "containerStatuses": [{**container, "state": state, **more}]}


STATUSES: dict[str, dict[str, Any]] = {
    "CrashLooping": _waiting(
        "CrashLoopBackOff", lastState={"terminated": {"exitCode": 3, "reason": "Error", "containerID": "x"}}
    ),
    "ImagePullFailed": _waiting("ImagePullBackOff"),
    "Unschedulable": {
        "phase": "Pending",
        "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no memory"}
        ],
    },
}


@pytest.mark.parametrize("reason", STATUSES)
def test_trouble_of_a_pod(server: ApiServer, namespace: str, tmp_path: Path, reason: str) -> None:
    resee = Resee(server, namespace)
    operator = OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)
    with Controllers(server, namespace, frozen=("demo-web",)), operator:
        operator.lead()
        resee.apply()
        until(lambda: resee.get("deployment", "demo-web"), Budget.REPAIR)
        _deployment_is_seen(resee)
        apply(server, _pod(namespace))
        status = json.dumps({"status": STATUSES[reason]})
        kubectl(
            server,
            "-n",
            namespace,
            "patch",
            "pod",
            NAME,
            "--subresource=status",
            "--type=merge",
            "-p",
            status,
        )

        until(lambda: _told(resee, reason), Budget.REPAIR)
        # Another pass over the same trouble says nothing new.
        before = len(operator.passes("demo"))
        resee.run("annotate", "pod", NAME, "somebody.example/note=hello")
        until(lambda: _more(len(operator.passes("demo")), before), Budget.EVENT)
        _told(resee, reason)


def _told(resee: Resee, reason: str) -> None:
    degraded = resee.condition("Degraded")
    assert (degraded.get("status"), degraded.get("reason")) == ("True", reason)
    assert NAME in degraded["message"]
    found = json.loads(resee.run("get", "events", "-o", "json"))["items"]
    told = [item for item in found if item["involvedObject"]["name"] == "demo" and NAME in item["message"]]
    assert [(item["type"], item["count"]) for item in told] == [("Warning", 1)]
    assert degraded["message"] in told[0]["message"]


def _deployment_is_seen(resee: Resee) -> None:
    """Its controller has acted upon it, and no Pod is ready."""
    status = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "unavailableReplicas": 1}
    change = json.dumps({"status": status})
    resee.run("patch", "deployment", "demo-web", "--subresource=status", "--type=merge", "-p", change)


def _pod(namespace: str) -> dict[str, Any]:
    labels = {
        "app.kubernetes.io/instance": "demo",
        "app.kubernetes.io/managed-by": "resee-operator",
        "app.kubernetes.io/component": "web",
    }
    metadata = {"name": NAME, "namespace": namespace, "labels": labels}
    containers = [{"name": "web", "image": "resee"}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}}


def _more(found: int, than: int) -> None:
    assert found > than
