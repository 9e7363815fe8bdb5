"""What stands around a Pod template: Deployment, Service, autoscaler, disruption budget."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.base import Facts, Manifest
from resee_operator.components.pods import Pod
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import Autoscaling, Scale

_HISTORY: Final = 3
"""Old ReplicaSets that are kept, to look at and to go back to."""
_PROGRESS_SECONDS: Final = 300
"""Time in which a rollout must make progress before it counts as stuck, in seconds."""
_SCALE_UP_WINDOW: Final = 300
_SCALE_DOWN_WINDOW: Final = 600
"""Windows of the autoscaler in seconds: the architecture averages CPU over 5 minutes before it adds, and over
10 minutes before it takes away."""

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
    if resolved.suspended or scale.autoscaling is None:
        spec["replicas"] = 0 if resolved.suspended else scale.replicas
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta.metadata(resolved, name, pod.component),
        "spec": spec,
    }


def scaling(resolved: Resolved, component: str, scale: Scale) -> list[Manifest]:
    """The autoscaler, and the disruption budget of a component with several Pods; none while suspended."""
    if resolved.suspended:
        return []
    objects = [_autoscaler(resolved, component, scale.autoscaling)] if scale.autoscaling else []
    return [*objects, _disruption_budget(resolved, component)] if scale.several else objects


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
        },
    }


def _autoscaler(resolved: Resolved, component: str, bounds: Autoscaling) -> Manifest:
    name = resolved.child(component)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta.metadata(resolved, name, component),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": bounds.min_replicas,
            "maxReplicas": bounds.max_replicas,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {"type": "Utilization", "averageUtilization": bounds.target_cpu},
                    },
                }
            ],
            "behavior": {
                "scaleUp": {"stabilizationWindowSeconds": _SCALE_UP_WINDOW},
                "scaleDown": {"stabilizationWindowSeconds": _SCALE_DOWN_WINDOW},
            },
        },
    }


def _disruption_budget(resolved: Resolved, component: str) -> Manifest:
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
