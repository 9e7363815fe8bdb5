"""The example of stage Production on three nodes; the cluster `zones` is removed at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from devcluster import binaries, paths
from devcluster.engine import select
from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl
from tests.zones.clients import Load
from tests.zones.zone import Faults

CLUSTER = "zones"
NAMESPACE = "resee-zones"
PORT = int(os.environ.get("RESEE_ZONES_PORT", "18090"))
_UNTHROTTLED = [
    {"name": name, "value": value}
    for name, value in (("THROTTLE_ANON", "100000/hour"), ("THROTTLE_USER", "1000000/hour"))
]
_QUICK = [{"name": "API_RATE", "value": "1000"}, {"name": "API_BURST", "value": "1000"}]


def devcluster(*args: str) -> None:
    """Run devcluster's command line."""
    subprocess.run([sys.executable, "-m", "devcluster", *args], cwd=paths.ROOT, check=True)


def spec() -> dict[str, Any]:
    """The example; what lies outside of the cluster is devcluster's, and volumes fit this machine."""
    found: dict[str, Any] = yaml.safe_load((paths.ROOT / "examples" / "production.yaml").read_text())["spec"]
    for field in ("version", "notifications", "tls"):
        found.pop(field)
    found |= {"host": "localhost", "url": f"http://localhost:{PORT}", "ingress": {"enabled": False}}
    found["nginx"] = {"service": {"type": "NodePort", "nodePort": 30080}, "env": _QUICK}
    found["web"]["env"] = _UNTHROTTLED
    found["database"]["storage"]["size"] = found["redis"]["storage"]["size"] = "1Gi"
    found["backup"] = {"destination": {"volume": {"storage": {"size": "1Gi"}}}}
    return found


@pytest.fixture(scope="session")
def deployment() -> Iterator[Deployment]:
    """The deployment, Ready."""
    ports = (f"--http-port={PORT}", f"--s3-port={PORT + 1}")
    devcluster("deploy", f"--name={CLUSTER}", "--nodes=3", *ports, "--operator-only")
    kubectl = Kubectl(binaries.ensure("kubectl"), paths.cluster_dir(CLUSTER) / "kubeconfig", NAMESPACE)
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    made = Deployment(kubectl, "resee")
    made.apply(spec())
    made.settle()
    yield made
    devcluster("down", f"--name={CLUSTER}")


@pytest.fixture
def faults(deployment: Deployment) -> Faults:
    """Faults in a cluster that is whole again after the one before."""
    deployment.settle()
    return Faults(select(), deployment.kubectl)


@pytest.fixture
def load(deployment: Deployment) -> Load:
    """The load of a fresh user."""
    return Load.of(f"http://localhost:{PORT}")
