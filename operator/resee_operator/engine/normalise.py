"""When two values of a field mean the same, although the API server writes them differently.

The server drops what is empty, writes quantities in its own way, and adds defaults inside the lists and maps
that it replaces as a whole. Everything here looks at one field; walking the manifests is diff.py.
"""

from __future__ import annotations

from typing import Any

from resee_operator import quantity

_QUANTITIES = frozenset({"limits", "requests", "hard", "sizeLimit", "averageValue", "divisor"})

_DROPPED_ZEROS = frozenset(
    {
        "readOnly",
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "stdin",
        "stdinOnce",
        "tty",
        "paused",
        "publishNotReadyAddresses",
        "minReadySeconds",
        "initialDelaySeconds",
        "maxSurge",
        "numericValue",
    }
)
"""Fields in which false and 0 are not told from absent (Go: omitempty without a pointer). In all others
false and 0
are kept, and an absent one is drift: automountServiceAccountToken means true where it is absent."""

_KEPT_EMPTY = frozenset({"storageClassName"})

_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "protocol": ("TCP",),
    "apiVersion": ("v1",),
    "kind": ("PersistentVolumeClaim",),
    "volumeMode": ("Filesystem",),
    "creationTimestamp": (None,),
    "status": ({"phase": "Pending"},),
    "divisor": ("0",),
    "expirationSeconds": (3600,),
    "defaultMode": (420,),
}
"""What the server adds inside a value that is replaced as a whole. Anything else found there is somebody's
edit."""


def may_be_absent(field: str, value: Any) -> bool:
    """Whether the server stores nothing for this value of this field."""
    if isinstance(value, bool | int) and not value:
        return field in _DROPPED_ZEROS
    return value in (None, "", [], {}) and field not in _KEPT_EMPTY


def is_default(field: str, value: Any) -> bool:
    """Whether a value that we did not write, inside one that is ours as a whole, is the server's own."""
    return value in (None, "", [], {}) or value in _DEFAULTS.get(field, ())


def same_leaf(field: str, parent: str, wanted: Any, live: Any) -> bool:
    """Whether two plain values of a field are the same to the server."""
    if wanted == live:
        return isinstance(wanted, bool) == isinstance(live, bool)
    if field in _QUANTITIES or parent in _QUANTITIES:
        return _same_quantity(wanted, live)
    return False


def _same_quantity(wanted: Any, live: Any) -> bool:
    try:
        return quantity.parse(wanted) == quantity.parse(live)
    except (ValueError, TypeError):
        return False
