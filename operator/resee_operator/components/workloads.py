"""What stands around a Pod template: Deployment, Service, autoscaler, disruption budget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.base import Facts, Manifest
from resee_operator.components.pods import Pod
from resee_operator.components.topology import MAINTENANCE_COMPONENT
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import Autoscaling, Scale

_HISTORY: Final = 3
"""Old ReplicaSets that are kept, to look at and to go back to."""
_PROGRESS_SECONDS: Final = 300
"""Time in which a rollout must make progress before it counts as stuck, in seconds."""
_SCALE_UP_WINDOW: Final = 300
"""Time in seconds for which the autoscaler must have wanted more Pods, the architecture's 5 minutes."""
RULE_ANNOTATION: Final = "resee.io/scaling-rule"
"""Annotation of an autoscaler: the figures by which the operator takes Pods away, as JSON; see scaling/."""

ROLLING: Final[Manifest] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
"""A new Pod is ready before an old one goes."""
RECREATE: Final[Manifest] = {"type": "Recreate"}
"""The old Pod is gone before the new one starts: never two."""


def deployment(
    resolved: Resolved, facts: Facts, pod: Pod, scale: Scale, strategy: Manifest = ROLLING
) -> Manifest:
    """A Deployment named after its component. Where an autoscaler owns the number of Pods, it is left out."""
    name = resolved.child(pod.component)
    spec: dict[str, Any] = {
        "selector": {"matchLabels": meta.selector(resolved, pod.component)},
        "strategy": deepcopy(strategy),
        "revisionHistoryLimit": _HISTORY,
        "progressDeadlineSeconds": _PROGRESS_SECONDS,
        "template": pod.template(resolved, facts),
    }
    stopped = is_stopped(resolved, pod.component)
    if stopped or scale.autoscaling is None:
        spec["replicas"] = 0 if stopped else scale.replicas
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta.metadata(resolved, name, pod.component),
        "spec": spec,
    }


def is_stopped(resolved: Resolved, component: str) -> bool:
    """Whether no Pod of it may run: all while suspended; whoever may write while a restore keeps Resee
    closed."""
    return resolved.suspended or (resolved.closed and component != MAINTENANCE_COMPONENT)


def scaling(resolved: Resolved, component: str, scale: Scale, queues: Sequence[str] = ()) -> list[Manifest]:
    """The autoscaler, and the disruption budget of a component with several Pods; none while it is stopped.

    ``queues`` are those that the component consumes.
    """
    if is_stopped(resolved, component):
        return []
    objects = [_autoscaler(resolved, component, scale.autoscaling, queues)] if scale.autoscaling else []
    return [*objects, disruption_budget(resolved, component)] if scale.several else objects


def service(resolved: Resolved, component: str, port: int, target: int) -> Manifest:
    """A Service inside the cluster, named after its component."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta.metadata(resolved, resolved.child(component), component),
        "spec": {
            "type": "ClusterIP",
            "selector": meta.selector(resolved, component),
            "ports": [{"name": "main", "port": port, "targetPort": target, "protocol": "TCP"}],
            **zonal(resolved),
        },
    }


def zonal(resolved: Resolved) -> dict[str, str]:
    """Across zones traffic stays in its zone where that has a Pod, so that a zone's end is felt in it
    alone."""
    return {"trafficDistribution": "PreferSameZone"} if resolved.spread_zones else {}


def headless_service(resolved: Resolved, component: str, name: str, *, only_ready: bool = False) -> Manifest:
    """A Service that gives each Pod of a StatefulSet a name in DNS, ready or not; of other Pods it gives the
    addresses."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta.metadata(resolved, name, component),
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "None",
            "publishNotReadyAddresses": not only_ready,
            "selector": meta.selector(resolved, component),
        },
    }


def _autoscaler(resolved: Resolved, component: str, bounds: Autoscaling, queues: Sequence[str]) -> Manifest:
    """It only ever adds Pods: what it cannot say, when to take one away, is the operator's own rule."""
    name = resolved.child(component)
    rule = {RULE_ANNOTATION: _rule(bounds, queues)}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta.metadata(resolved, name, component, annotations=rule),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": bounds.min_replicas,
            "maxReplicas": bounds.max_replicas,
            "metrics": list(_metrics(bounds)),
            "behavior": {
                "scaleUp": {"stabilizationWindowSeconds": _SCALE_UP_WINDOW},
                "scaleDown": {"selectPolicy": "Disabled"},
            },
        },
    }


def _metrics(bounds: Autoscaling) -> Iterator[Manifest]:
    cpu = {"type": "Utilization", "averageUtilization": int(bounds.cpu.out)}
    yield {"type": "Resource", "resource": {"name": "cpu", "target": cpu}}
    if bounds.requests_metric and bounds.requests:
        target = {"type": "AverageValue", "averageValue": f"{bounds.requests.out:g}"}
        yield {"type": "Pods", "pods": {"metric": {"name": bounds.requests_metric}, "target": target}}


def _rule(bounds: Autoscaling, queues: Sequence[str]) -> str:
    bands = {"cpu": bounds.cpu, "requests": bounds.requests, "queue": bounds.queue}
    figures = {name: {"out": float(band.out), "in": float(band.back)} for name, band in bands.items() if band}
    return json.dumps({**figures, **({"queues": sorted(queues)} if bounds.queue else {})}, sort_keys=True)


def disruption_budget(resolved: Resolved, component: str) -> Manifest:
    """One Pod of the component may be taken away at a time; one that is broken anyway, always."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta.metadata(resolved, resolved.child(component), component),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": meta.selector(resolved, component)},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
