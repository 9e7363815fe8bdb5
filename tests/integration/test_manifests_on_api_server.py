"""What the real API server makes of the manifests: taken, admitted, and as desired."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from resee_operator.api import parse
from resee_operator.components import Manifest
from resee_operator.engine.diff import compare
from resee_operator.stages import resolve
from tests.integration.cluster import kubectl
from tests.support.deployments import DEFAULTS, STAGES, example, facts_of, manifests_of
from tests.support.wait import Budget

RESTRICTED = "pod-security.kubernetes.io/warn=restricted"


def rendered(namespace: str, manifest: dict[str, Any]) -> list[Manifest]:
    """Manifests of a deployment in the namespace; without owners, since no operator runs here."""
    deployment = parse(manifest)
    resolved = resolve(deployment.metadata.name, namespace, "no-uid", deployment.spec, DEFAULTS)
    manifests = manifests_of(resolved, facts_of(resolved))
    for item in manifests:
        item["metadata"].pop("ownerReferences", None)
        if item["kind"] == "Service":
            for port in item["spec"].get("ports", []):
                port.pop("nodePort", None)
    return manifests


def server_side_apply(server: ApiServer, manifests: list[Manifest]) -> str:
    """Apply all of them, and give back the server's warnings."""
    command = [str(server.kubectl), f"--kubeconfig={server.kubeconfig}", "apply", "--server-side", "-f", "-"]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    limit = Budget.COMMAND.seconds
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=limit, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def live(server: ApiServer, namespace: str, manifest: Manifest) -> Manifest:
    """The object as the server holds it."""
    name = f"{manifest['kind']}.{group_of(manifest)}/{manifest['metadata']['name']}"
    found = json.loads(kubectl(server, "-n", namespace, "get", name, "-o", "json"))
    assert isinstance(found, dict)
    return found


def group_of(manifest: Manifest) -> str:
    group, _, version = manifest["apiVersion"].rpartition("/")
    return f"{version}.{group}" if group else f"{version}."


@pytest.mark.parametrize("stage", STAGES)
def test_the_server_takes_them_and_they_are_what_is_desired(
    server: ApiServer, namespace: str, stage: str
) -> None:
    """Restricted Pods raise no warning; and nothing differs, so that a second pass would write nothing."""
    kubectl(server, "label", "namespace", namespace, RESTRICTED)
    manifests = rendered(namespace, example(stage))
    assert server_side_apply(server, manifests) == ""
    different = {
        f"{item['kind']}/{item['metadata']['name']}": changes
        for item in manifests
        if (changes := compare(item, live(server, namespace, item)))
    }
    assert different == {}


def test_the_check_of_pods_can_fail(server: ApiServer, namespace: str) -> None:
    kubectl(server, "label", "namespace", namespace, RESTRICTED)
    manifests = rendered(namespace, example("Local"))
    web = next(item for item in manifests if item["kind"] == "Deployment")
    web["spec"]["template"]["spec"]["hostNetwork"] = True
    assert "would violate PodSecurity" in server_side_apply(server, [web])
