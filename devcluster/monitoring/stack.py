"""Installing it, and waiting until all of it works. Run again, it changes what has changed."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from devcluster import gobuild, operations, waits
from devcluster.cluster.kubectl import Kubectl, Object
from devcluster.cluster.lifecycle import Cluster
from devcluster.deploy.chart import ESTABLISHED
from devcluster.monitoring import images
from devcluster.programs import PROGRAMS, PROMETHEUS_OPERATOR
from devcluster.progress import Progress

NAMESPACE = "monitoring"
RULES = Path(__file__).with_name("metrics-adapter-rules.yaml")
"""What the metrics adapter is asked by; docs/autoscaling.md shows it."""

_DEFINITIONS = "example/prometheus-operator-crd"
_OBJECTS = Path(__file__).with_name("objects")
_ESTABLISHED_SECONDS = 60
_AWAITED = (
    ("deployment", "prometheus-operator"),
    ("prometheus.monitoring.coreos.com", "devcluster"),
    ("alertmanager.monitoring.coreos.com", "devcluster"),
    ("deployment", "metrics-adapter"),
    ("apiservice", "v1beta1.custom.metrics.k8s.io"),
)


@click.command()
@click.option("--name", default="resee", show_default=True, help="Name of the cluster.")
def monitoring(name: str) -> None:
    """Add Prometheus, Alertmanager, their operator and a metrics adapter to a cluster."""
    with Progress.on_stderr() as progress:
        install(operations.existing(name), progress)


def install(cluster: Cluster, progress: Progress) -> None:
    """Build, load and apply it; return when it is available. Raises ClusterError."""
    references = images.ensure(cluster.engine, progress)
    kubectl = Kubectl(cluster.kubeconfig)
    with progress.step("Loading the images into the nodes"):
        cluster.load(references)
    with progress.step("Installing Prometheus and Alertmanager"):
        _define(kubectl)
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        kubectl.apply(namespace, _rules(), *objects())
        _wait(kubectl)


def objects() -> list[Object]:
    """All objects but the definitions and the adapter's rules."""
    return [
        document
        for file in sorted(_OBJECTS.glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
    ]


def _define(kubectl: Kubectl) -> None:
    """Apply the definitions, which come with the Prometheus operator's sources."""
    sources = gobuild.requirement(PROGRAMS["prometheus-operator"], PROMETHEUS_OPERATOR)
    files = sorted((sources / _DEFINITIONS).glob("*.yaml"))
    definitions = [yaml.load(file.read_bytes(), yaml.CSafeLoader) for file in files]
    kubectl.apply(*definitions)
    names = [f"crd/{definition['metadata']['name']}" for definition in definitions]
    kubectl.run("wait", f"--for={ESTABLISHED}", f"--timeout={_ESTABLISHED_SECONDS}s", *names)


def _rules() -> Object:
    metadata = {"name": "metrics-adapter", "namespace": NAMESPACE}
    data = {"config.yaml": RULES.read_text()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def _wait(kubectl: Kubectl) -> None:
    waiting: list[str] = []

    def available() -> bool:
        waiting[:] = [f"{kind} {name}" for kind, name in _AWAITED if not _available(kubectl, kind, name)]
        return not waiting

    waits.wait_for(
        available,
        waits.WORKLOADS_READY,
        lambda: f"Not available: {', '.join(waiting)}.",
        f"`kubectl --namespace {NAMESPACE} describe pods` says more.",
        poll=waits.POLL_BY_PROGRAM,
    )


def _available(kubectl: Kubectl, kind: str, name: str) -> bool:
    found = kubectl.get(kind, name, f"--namespace={NAMESPACE}") or {}
    conditions = found.get("status", {}).get("conditions", [])
    return any((one["type"], one["status"]) == ("Available", "True") for one in conditions)
