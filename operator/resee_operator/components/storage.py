"""What holds data: claims on volumes, and a StatefulSet whose Pods use them."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.base import Facts, Manifest
from resee_operator.components.pods import Pod
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import Volume

_LEAST_SIZE: Final = "64Mi"
"""Size in the template of a claim: what Kubernetes makes from it by itself can only grow to the size
wanted."""


def alone(folder: str) -> str:
    """Lines of a shell script after which no other container of this node writes to the volume in `folder`.

    A Pod that is deleted by force is gone before its server is: the next one would begin beside it on the
    same files, and what it commits until the first one ends would be lost. PostgreSQL's own lock does not see
    into another container. This one is the kernel's, and over with the last process that has it.
    """
    return f"""
exec 9>>{folder}/.resee-lock
flock -n 9 || {{ echo 'waiting for the server that still has this volume' >&2; flock 9; }}
"""


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


def claims(resolved: Resolved, component: str, volume: Volume, members: int) -> list[Manifest]:
    """The claims of the Pods of a StatefulSet, each growing as the one of a single Pod does."""
    names = [f"data-{resolved.child(component)}-{member}" for member in range(members)]
    return [claim(resolved, component, volume, name) for name in names]


def stateful_set(
    resolved: Resolved,
    facts: Facts,
    pod: Pod,
    *,
    members: int = 1,
    service: str | None = None,
    volume: Volume | None = None,
) -> Manifest:
    """A StatefulSet. Parallel, since with OrderedReady a broken Pod would block its own correction.

    Args:
        resolved: the deployment.
        facts: what the Pods read.
        pod: its Pods.
        members: number of Pods.
        service: the Service that gives them names; the component's where left out.
        volume: what each of several Pods keeps its data on. The size in the template never changes, since
            Kubernetes would refuse that: the claims are there before the Pods, with the size that is wanted.
    """
    name = resolved.child(pod.component)
    spec: dict[str, Any] = {
        "replicas": 0 if resolved.suspended else members,
        "serviceName": service or name,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": meta.selector(resolved, pod.component)},
        "template": pod.template(resolved, facts),
    }
    if volume is not None:
        spec["volumeClaimTemplates"] = [_claim_template(resolved, pod.component, volume)]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": meta.metadata(resolved, name, pod.component),
        "spec": spec,
    }


def _claim_template(resolved: Resolved, component: str, volume: Volume) -> Manifest:
    spec = claim(resolved, component, Volume(_LEAST_SIZE, volume.class_name))["spec"]
    return {"metadata": {"name": "data", "labels": meta.labels(resolved, component)}, "spec": spec}
