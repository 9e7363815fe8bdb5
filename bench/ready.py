"""From an applied ReseeDeployment to Ready, beside the same manifests put there by hand in the right order.

By hand: `kubectl apply` of everything that may start at once, then the migration once the database is ready,
web once migrated, workers after web, beat after the workers, each awaited with `kubectl rollout status` or
`wait`. Both take turns in fresh namespaces of the same cluster, so that what the machine does meanwhile hits
both.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence

from bench import manifests
from bench.figures import Figure
from devcluster import binaries, paths
from devcluster.progress import Progress
from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl

SPEC: manifests.Manifest = {"stage": "Local"}
NAME = "demo"
GOAL_SECONDS = 30
GOAL_RATIO = 1.2
_COMPONENT = "app.kubernetes.io/component"
_STEPS = ("migration", "web", "worker", "beat")
_TIMEOUT = "--timeout=180s"


def run(rounds: int, progress: Progress, cluster: str = "resee") -> list[Figure]:
    """Measure `rounds` of each on the running devcluster of this name."""
    kubeconfig = paths.cluster_dir(cluster) / "kubeconfig"
    kubectl = Kubectl(binaries.ensure("kubectl"), kubeconfig, "default")
    seconds: dict[str, list[float]] = {"operator": [], "hand": []}
    for number in range(rounds):
        for who, way in (("operator", by_operator), ("hand", by_hand)):
            with progress.step(f"Round {number + 1} of {rounds}, by {who}"):
                seconds[who].append(_timed(kubectl, f"bench-{who}-{number}", way))
    return _figures(seconds["operator"], seconds["hand"])


def by_operator(kubectl: Kubectl) -> None:
    """Apply one ReseeDeployment and wait until it says that it is Ready."""
    deployment = Deployment(kubectl, NAME)
    deployment.apply(SPEC)
    deployment.wait("Ready")


def by_hand(kubectl: Kubectl) -> None:
    """Apply its manifests step by step, each step once the one before is done."""
    wanted = manifests.desired(manifests.resolved(NAME, kubectl.namespace, SPEC))
    steps = {step: [item for item in wanted if _step(item) == step] for step in ("", *_STEPS)}
    _apply(kubectl, steps[""])
    kubectl("rollout", "status", f"statefulset/{NAME}-postgres", _TIMEOUT)
    _apply(kubectl, steps["migration"])
    jobs = [f"job/{item['metadata']['name']}" for item in steps["migration"] if item["kind"] == "Job"]
    kubectl("wait", "--for=condition=complete", _TIMEOUT, *jobs)
    for step in _STEPS[1:]:
        _apply(kubectl, steps[step])
        _rolled_out(kubectl, steps[step])
    _rolled_out(kubectl, steps[""])


def _step(manifest: manifests.Manifest) -> str:
    """The step that an object has to wait for; what only describes Pods or traffic waits for none."""
    if manifest["kind"] not in {"Deployment", "Job"}:
        return ""
    component = str(manifest["metadata"]["labels"][_COMPONENT])
    step = "worker" if component.startswith("worker-") else component
    return step if step in _STEPS else ""


def _apply(kubectl: Kubectl, items: Sequence[manifests.Manifest]) -> None:
    kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))


def _rolled_out(kubectl: Kubectl, items: Sequence[manifests.Manifest]) -> None:
    for item in items:
        if item["kind"] in {"Deployment", "StatefulSet"}:
            kubectl("rollout", "status", f"{item['kind'].lower()}/{item['metadata']['name']}", _TIMEOUT)


def _timed(kubectl: Kubectl, namespace: str, way: Callable[[Kubectl], None]) -> float:
    kubectl("create", "namespace", namespace)
    try:
        begin = time.monotonic()
        way(kubectl.into(namespace))
        return time.monotonic() - begin
    finally:
        kubectl("delete", "namespace", namespace, "--wait=true")


def _figures(operator: list[float], hand: list[float]) -> list[Figure]:
    ratio = statistics.median(one / other for one, other in zip(operator, hand, strict=True))
    return [
        Figure(
            name="ReseeDeployment applied -> Ready, images on the node",
            measured=_seconds(operator),
            yardstick=f"{_seconds(hand)} by hand",
            ratio=f"{ratio:.2f}",
            goal=f"<= {GOAL_SECONDS} s, <= {GOAL_RATIO}x",
        )
    ]


def _seconds(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} s ({min(values):.1f} to {max(values):.1f})"
