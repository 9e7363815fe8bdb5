"""Provider CloudNativePG on an API server: without its kinds, and with the parts of them that are written
down in tests/support/cloud_native_pg.yaml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import kubectl, wait_established
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.deployments import ROOT, manifests_of, production, resolved_of
from tests.support.wait import Budget, until

KINDS = ROOT / "tests" / "support" / "cloud_native_pg.yaml"
PROVIDER = {"provider": "CloudNativePG"}
POOLER = {"enabled": True, "instances": 2}


@pytest.fixture
def alone(server: ApiServer, namespace: str, tmp_path: Path) -> Iterator[OperatorProcess]:
    """An operator that looks after the test's namespace only; the kinds are gone afterwards."""
    yield OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)
    kubectl(server, "delete", "--ignore-not-found", "-f", str(KINDS))


def cloud_native_pg(resee: Resee) -> None:
    """What its operator does once it has seen the Cluster and the Pooler."""
    until(lambda: resee.get("cluster", "demo-pg"), Budget.REPAIR)
    uri = "postgresql://resee:of-cloud-native-pg@demo-pg-rw:5432/resee"
    resee.run("create", "secret", "generic", "demo-pg-app", f"--from-literal=uri={uri}")
    resee.run("create", "secret", "generic", "demo-pg-ca", "--from-literal=ca.crt=its-own")
    ready = {"type": "Ready", "status": "True", "reason": "ClusterIsReady", "message": "ready"}
    status = {"instances": 1, "readyInstances": 1, "phase": "Cluster in healthy state", "conditions": [ready]}
    for kind, name, found in (("cluster", "demo-pg", status), ("pooler", "demo-pg-pooler", {"instances": 2})):
        change = json.dumps({"status": found})
        resee.run("patch", kind, name, "--subresource=status", "--type=merge", "-p", change)


def test_its_operator_is_asked_for_and_then_used(
    server: ApiServer, namespace: str, alone: OperatorProcess
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace):
        with alone as operator:
            operator.lead()
            resee.apply(database={**PROVIDER, "pooler": POOLER})
            resee.wait_for("DatabaseReady", "False", "Missing", Budget.ADMISSION)
            assert "install CloudNativePG" in resee.condition("DatabaseReady")["message"]
            resee.wait_for("Ready", "False", "WriteRejected", Budget.ADMISSION)
            said = resee.condition("Ready")["message"]
            assert "s.postgresql.cnpg.io" in said

        kubectl(server, "apply", "--server-side", "-f", str(KINDS))
        wait_established(server, KINDS)
        with alone as operator:
            operator.lead()
            cloud_native_pg(resee)
            resee.wait_for("Ready", "True")
            resee.wait_for("DatabaseReady", "True")
            assert resee.read()["status"]["replicas"]["postgres"] == "1/1"
        accepted(server, namespace)


def accepted(server: ApiServer, namespace: str) -> None:
    """Every field that Resee ever writes is one of theirs, of their form."""
    wide: dict[str, Any] = {
        **PROVIDER,
        "pooler": {**POOLER, "poolMode": "Session"},
        "storage": {"size": "9Gi", "className": "fast"},
        "parameters": {"work_mem": "8MB"},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "db", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
        "serviceAccountAnnotations": {"role": "arn"},
    }
    several = {key: wide[key] for key in wide if key != "affinity"}
    images = {"pullSecrets": ["registry"]}
    for resolved in (
        production(database=several, images=images),
        production(database=wide),
        resolved_of(database=PROVIDER),
    ):
        for made in manifests_of(resolved):
            if made["kind"] in ("Cluster", "Pooler"):
                metadata = {"name": f"{made['metadata']['name']}-again", "namespace": namespace}
                words = ("create", "--dry-run=server", "--validate=strict", "-f", "-")
                kubectl(server, *words, stdin=json.dumps({**made, "metadata": metadata}))
