"""`kubectl resee plan` against a cluster: exit codes, fields, Pods, and nothing stored."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from devcluster.operations import PLUGIN
from tests.integration.cluster import apply
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget

NOTHING, CHANGES, ERROR = 0, 2, 1
VALUE = "sentinel-2b7e-never-print"
REGISTRY = "registry.example/of-this-operator"
"""Set on the operator only: the plugin has to find it on the cluster."""


@pytest.fixture
def settled(server: ApiServer, namespace: str, tmp_path: Path) -> Iterator[Resee]:
    """A deployment in sync, which reads a Secret of the user, and the chart's Deployment of its operator."""
    resee = Resee(server, namespace)
    data = {"url": f"https://hooks.example/{VALUE}", "port": "5432"}
    metadata = {"name": "slack", "namespace": namespace}
    apply(server, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
    settings = {"RESEE_NAMESPACES": namespace, "RESEE_REGISTRY": REGISTRY, "RESEE_LEASE_NAMESPACE": namespace}
    operator = OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, **settings)
    with Controllers(server, namespace), operator:
        operator.lead()
        apply(server, _as_the_chart_installs_it(namespace))
        resee.apply(
            notifications={"slack": {"secretName": "slack"}}, web={"env": [{"name": "OLD", "value": "1"}]}
        )
        resee.wait_settled()
        apply(server, _pod(namespace, "demo-web-7d9f-x2x4q", "web"))
        yield resee


def _as_the_chart_installs_it(namespace: str) -> dict[str, object]:
    labels = {"app.kubernetes.io/component": "operator", "app.kubernetes.io/managed-by": "Helm"}
    env = [
        {"name": "RESEE_REGISTRY", "value": REGISTRY},
        {"name": "RESEE_LEASE_NAME", "value": "resee-operator"},
    ]
    container = {"name": "operator", "image": "resee-operator", "env": env}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "operator", "namespace": namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def _pod(namespace: str, name: str, component: str) -> dict[str, object]:
    labels = {
        "app.kubernetes.io/instance": "demo",
        "app.kubernetes.io/managed-by": "resee-operator",
        "app.kubernetes.io/component": component,
    }
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    containers = [{"name": component, "image": "resee-backend"}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers}}


def plan(
    resee: Resee, folder: Path, spec: dict[str, object], *options: str
) -> subprocess.CompletedProcess[str]:
    """`kubectl resee plan` as a user runs it: in the namespace of the current context."""
    resee.run("config", "set-context", "--current", f"--namespace={resee.namespace}")
    file = folder / "resee.yaml"
    kind = {"apiVersion": "resee.io/v1alpha1", "kind": "ReseeDeployment", "metadata": {"name": resee.name}}
    file.write_text(json.dumps({**kind, "spec": spec}))
    path = f"{PLUGIN.parent}:{os.environ['PATH']}"
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("RESEE_", "PYTHONPATH"))}
    return subprocess.run(
        [str(resee.server.kubectl), "resee", "plan", "-f", str(file), *options],
        env={**kept, "PATH": path, "KUBECONFIG": str(resee.server.kubeconfig)},
        capture_output=True,
        text=True,
        check=False,
        timeout=Budget.COMMAND.seconds,
    )


def test_plan_of_a_settled_deployment(settled: Resee, tmp_path: Path) -> None:
    spec = dict(settled.read()["spec"])
    before = settled.versions()

    same = plan(settled, tmp_path, spec)
    assert (same.returncode, same.stdout) == (NOTHING, "No changes: everything is as wanted.\n"), same.stderr

    changed = plan(settled, tmp_path, {**spec, "web": {"concurrency": 7}})
    lines = changed.stdout.splitlines()
    assert changed.returncode == CHANGES, changed.stderr
    assert "~ change Deployment/demo-web  (restarts demo-web-7d9f-x2x4q)" in lines
    assert "    spec.template.spec.containers[web].env[WEB_CONCURRENCY].value: 2 -> 7" in lines
    assert any("env[OLD]" in line and line.endswith("-> (absent)") for line in lines), changed.stdout
    assert "Deployment/demo-worker-all" not in changed.stdout

    deleted = plan(settled, tmp_path, {**spec, "backup": {"enabled": False}}, "-o", "json")
    verbs = {(made["verb"], made["kind"]) for made in json.loads(deleted.stdout)["actions"]}
    assert deleted.returncode == CHANGES
    assert ("delete", "CronJob") in verbs

    # A plan stores nothing, and shows no value of a Secret.
    assert settled.versions() == before
    for secret in ("demo-database", "demo-app", "slack"):
        for value in settled.get("secret", secret)["data"].values():
            text = base64.b64decode(value).decode()
            assert len(text) < 6 or text not in same.stdout + changed.stdout + deleted.stdout


def test_plan_for_a_missing_deployment_and_for_a_wrong_file(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    made = plan(resee, tmp_path, {"stage": "Local"})
    assert made.returncode == CHANGES
    assert "+ create StatefulSet/demo-postgres" in made.stdout
    assert resee.children() == {}

    wrong = plan(resee, tmp_path, {"stage": "Local", "web": {"replicas": "many"}})
    assert wrong.returncode == ERROR
    assert "spec.web.replicas" in wrong.stderr

    nowhere = plan(resee, tmp_path, {"stage": "Local"}, "--context", "nowhere")
    assert nowhere.returncode == ERROR
    assert "Traceback" not in nowhere.stderr
    assert "nowhere" in nowhere.stderr
