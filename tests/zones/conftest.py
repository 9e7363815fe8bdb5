"""The example of stage Production on three nodes; the cluster `zones` is removed at the end, unless
RESEE_ZONES_KEEP is set."""

from __future__ import annotations

import json
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
from tests.zones.balancer import balanced
from tests.zones.clients import Load
from tests.zones.zone import Faults

CLUSTER = "zones"
NAMESPACE = "resee-zones"
PORT = int(os.environ.get("RESEE_ZONES_PORT", "18090"))
NODE_PORT = 30080
_INSIDE = "InternalIP"
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
    found["nginx"] = {"service": {"type": "NodePort", "nodePort": NODE_PORT}, "env": _QUICK}
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
    if not os.environ.get("RESEE_ZONES_KEEP"):
        devcluster("down", f"--name={CLUSTER}")


@pytest.fixture
def faults(deployment: Deployment) -> Faults:
    """Faults in a cluster that is whole again after the one before."""
    deployment.settle()
    return Faults(select(), deployment.kubectl)


@pytest.fixture(scope="session")
def url(deployment: Deployment) -> Iterator[str]:
    """A load balancer in front of all nodes."""
    nodes = json.loads(deployment.kubectl("get", "nodes", "--output=json"))["items"]
    found = [
        one["address"] for node in nodes for one in node["status"]["addresses"] if one["type"] == _INSIDE
    ]
    with balanced(select(), [f"{address}:{NODE_PORT}" for address in found]) as made:
        yield made


@pytest.fixture
def load(url: str) -> Iterator[Load]:
    """The load of a fresh user."""
    made = Load.of(url)
    yield made
    made.resee.http.close()
