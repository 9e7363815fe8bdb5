"""How server-side apply merges the kinds we write: which lists are maps by key, and which values are
replaced whole.

Source: the `x-kubernetes-list-type`, `-list-map-keys` and `-map-type` marks of Kubernetes' OpenAPI, for the
fields of the kinds in resources.py. The diff and the fake server both read it, so that they cannot disagree.
"""

from __future__ import annotations

from typing import Any

_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "ownerReferences": ("uid",),
    "conditions": ("type",),
}

_ATOMIC = frozenset(
    {
        "selector",
        "podSelector",
        "namespaceSelector",
        "labelSelector",
        "nodeSelector",
        "secretKeyRef",
        "configMapKeyRef",
        "fieldRef",
        "resourceFieldRef",
        "scaleTargetRef",
    }
)

_SETS = frozenset({"finalizers"})


def is_atomic(field: str) -> bool:
    """Whether a map of this name is replaced as a whole: a key that somebody adds to it is drift."""
    return field in _ATOMIC


def list_keys(field: str, items: list[Any]) -> tuple[str, ...] | None:
    """The keys that identify an item of a list, or None where the list is replaced as a whole."""
    if field == "ports" and items and isinstance(items[0], dict):
        # Containers' ports and Services' ports are maps by different keys; a NetworkPolicy's lie in an
        # atomic list.
        number = "containerPort" if "containerPort" in items[0] else "port"
        return (number, "protocol")
    return _KEYS.get(field)


def is_set(field: str) -> bool:
    """Whether a list of plain values is a set, in which others may have values of their own."""
    return field in _SETS


def key_of(item: dict[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    """What identifies an item of a keyed list. A port's protocol is TCP where it is not written."""
    return tuple(item.get(key, "TCP" if key == "protocol" else None) for key in keys)
