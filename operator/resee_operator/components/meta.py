"""Names, labels and owners of the objects of a deployment; the same on every object."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.api import GROUP, KIND, VERSION, DeletionPolicy
from resee_operator.components.base import Manifest
from resee_operator.stages import Resolved

NAME_LABEL: Final = "app.kubernetes.io/name"
INSTANCE_LABEL: Final = "app.kubernetes.io/instance"
COMPONENT_LABEL: Final = "app.kubernetes.io/component"
MANAGER_LABEL: Final = "app.kubernetes.io/managed-by"
APP_NAME: Final = "resee"
MANAGER: Final = "resee-operator"
CHECKSUM_ANNOTATION: Final = "resee.io/checksum"


def selector(resolved: Resolved, component: str | None = None) -> dict[str, str]:
    """Labels that select the Pods of ``component``, or of the whole deployment. They never change."""
    labels = {NAME_LABEL: APP_NAME, INSTANCE_LABEL: resolved.name}
    return {**labels, COMPONENT_LABEL: component} if component else labels


def labels(resolved: Resolved, component: str) -> dict[str, str]:
    """Labels of every object of ``component``."""
    return {**selector(resolved, component), MANAGER_LABEL: MANAGER}


def metadata(
    resolved: Resolved,
    name: str,
    component: str,
    *,
    annotations: dict[str, str] | None = None,
    holds_data: bool = False,
) -> Manifest:
    """Metadata of an object.

    Args:
        resolved: the deployment.
        name: full name of the object.
        component: the component that it belongs to.
        annotations: its annotations.
        holds_data: whether deleting it would lose data; such an object is owned, and so deleted with the
            deployment, only where the deletion policy is Delete.
    """
    made: dict[str, Any] = {
        "name": name,
        "namespace": resolved.namespace,
        "labels": labels(resolved, component),
    }
    if annotations:
        made["annotations"] = annotations
    if not holds_data or resolved.deletion_policy == DeletionPolicy.DELETE:
        made["ownerReferences"] = [_owner(resolved)]
    return made


def _owner(resolved: Resolved) -> Manifest:
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": KIND,
        "name": resolved.name,
        "uid": resolved.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }
