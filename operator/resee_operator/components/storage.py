"""What holds data: a claim on a volume, and a StatefulSet of one Pod that uses it."""

from __future__ import annotations

from typing import Any

from resee_operator.components import meta
from resee_operator.components.base import Facts, Manifest
from resee_operator.components.pods import Pod
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import Volume


def claim(resolved: Resolved, component: str, volume: Volume, name: str | None = None) -> Manifest:
    """A PersistentVolumeClaim, by default named as a StatefulSet would name it, so that either finds the
    other's."""
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": volume.size}},
    }
    if volume.class_name:
        spec["storageClassName"] = volume.class_name
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta.metadata(
            resolved, name or f"data-{resolved.child(component)}-0", component, holds_data=True
        ),
        "spec": spec,
    }


def stateful_set(resolved: Resolved, facts: Facts, pod: Pod) -> Manifest:
    """A StatefulSet of one Pod. Parallel, since with OrderedReady a broken Pod would block its own
    correction."""
    name = resolved.child(pod.component)
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": meta.metadata(resolved, name, pod.component),
        "spec": {
            "replicas": 0 if resolved.suspended else 1,
            "serviceName": name,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": meta.selector(resolved, pod.component)},
            "template": pod.template(resolved, facts),
        },
    }
