"""What the members may do at the API server: read their Pods, label themselves, and write Patroni's state."""

from __future__ import annotations

from typing import Final

from resee_operator.components import meta
from resee_operator.components.base import Manifest
from resee_operator.components.topology import MEMBERS
from resee_operator.stages import Resolved

_COMPONENT: Final = "postgres"
_GROUP: Final = "rbac.authorization.k8s.io"


def objects(resolved: Resolved) -> list[Manifest]:
    """The Role and who has it; the ServiceAccount is one of all components'."""
    name = resolved.child(_COMPONENT)
    return [
        {
            "apiVersion": f"{_GROUP}/v1",
            "kind": "Role",
            "metadata": meta.metadata(resolved, name, _COMPONENT),
            "rules": _rules(name),
        },
        {
            "apiVersion": f"{_GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": meta.metadata(resolved, name, _COMPONENT),
            "roleRef": {"apiGroup": _GROUP, "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": resolved.namespace}],
        },
    ]


def _rules(name: str) -> list[Manifest]:
    """A name can be given for neither create nor a list by labels."""
    pods = [f"{name}-{member}" for member in range(MEMBERS)]
    state = [name, *(f"{name}-{part}" for part in ("config", "failover", "sync"))]
    return [
        _rule("pods", "list", "watch"),
        {**_rule("pods", "get", "patch"), "resourceNames": pods},
        _rule("endpoints", "create", "list", "watch"),
        {**_rule("endpoints", "get", "patch"), "resourceNames": state},
    ]


def _rule(resource: str, *verbs: str) -> Manifest:
    return {"apiGroups": [""], "resources": [resource], "verbs": list(verbs)}
