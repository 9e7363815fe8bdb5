"""Volumes that grow, by the API server's own rules about StorageClasses. Disks are stood in for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from resee_operator.kube.resources import Manifest
from tests.integration.cluster import apply, kubectl
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

CLAIM = "data-demo-postgres-0"


def bound(claim: Manifest) -> dict[str, Any]:
    """The status of a claim whose volume has the size that is asked for."""
    return {
        "phase": "Bound",
        "accessModes": claim["spec"]["accessModes"],
        "capacity": claim["spec"]["resources"]["requests"],
    }


@pytest.fixture(params=[True, False], ids=["grows", "stays"])
def storage_class(server: ApiServer, request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    """A class whose volumes may grow, and one whose may not."""
    grows: bool = request.param
    name = "grows" if grows else "stays"
    apply(
        server,
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "disks.example.com",
            "allowVolumeExpansion": grows,
        },
    )
    yield name, grows
    kubectl(server, "delete", "storageclass", name)


def test_a_volume_grows_where_its_class_allows_it(
    server: ApiServer, namespace: str, tmp_path: Path, storage_class: tuple[str, bool]
) -> None:
    name, grows = storage_class
    resee = Resee(server, namespace)
    operator = OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)
    with Controllers(server, namespace, more={"PersistentVolumeClaim": bound}), operator:
        operator.lead()
        resee.apply(database={"storage": {"className": name, "size": "1Gi"}})
        resee.wait_for("Ready", "True")
        until(lambda: assert_capacity(resee, "1Gi"), Budget.EVENT)
        server_before = resee.get("statefulset", "demo-postgres")["metadata"]["generation"]

        resee.apply(database={"storage": {"className": name, "size": "2Gi"}})
        if grows:
            until(lambda: assert_capacity(resee, "2Gi"), Budget.REPAIR)
            resee.wait_for("Ready", "True")
            assert resee.condition("Degraded")["status"] == "False"
        else:
            until(lambda: assert_refused(resee), Budget.REPAIR)
            assert_capacity(resee, "1Gi")
        assert resee.get("statefulset", "demo-postgres")["metadata"]["generation"] == server_before


def assert_capacity(resee: Resee, size: str) -> None:
    """The claim asks for the size and has it."""
    claim = resee.get("persistentvolumeclaim", CLAIM)
    asked, given = claim["spec"]["resources"]["requests"], claim["status"].get("capacity")
    assert (asked, given) == ({"storage": size}, {"storage": size})


def assert_refused(resee: Resee) -> None:
    """The condition tells which object was refused, and repeats the server's words."""
    degraded = resee.condition("Degraded")
    assert degraded["status"] == "True", degraded
    assert CLAIM in degraded["message"]
    assert "must support resize" in degraded["message"]
