"""How a server merges: apply by field paths and list keys, and JSON merge patch (RFC 7386)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resee_operator.kube.schema import is_atomic, key_of, list_keys

Step = str | tuple[tuple[str, ...], tuple[Any, ...]]
"""A field's name, or the keys and key values of an item of a keyed list."""
Path = tuple[Step, ...]

_IDENTITY = frozenset({"apiVersion", "kind", "name", "namespace", "uid", "resourceVersion", "generation"})


def paths_of(manifest: Mapping[str, Any], root: Path = ()) -> set[Path]:
    """Paths of all leaves of a manifest: what an apply of it owns."""
    found: set[Path] = set()
    for field, value in manifest.items():
        path = (*root, field)
        if (root in ((), ("metadata",))) and field in _IDENTITY:
            continue
        if isinstance(value, dict) and value and not is_atomic(field):
            found |= paths_of(value, path)
            continue
        keys = list_keys(field, value) if isinstance(value, list) else None
        if keys is None:
            found.add(path)
            continue
        for item in value:
            step = (keys, key_of(item, keys))
            found.add((*path, step))
            found |= paths_of(item, (*path, step))
    return found


def merge(target: dict[str, Any], wanted: Mapping[str, Any]) -> None:
    """Write every field of `wanted` into `target`, keyed lists item by item."""
    for field, value in wanted.items():
        held = target.get(field)
        keys = list_keys(field, value) if isinstance(value, list) else None
        if isinstance(value, dict) and isinstance(held, dict) and not is_atomic(field):
            merge(held, value)
        elif keys is not None and isinstance(held, list):
            _merge_items(held, value, keys)
        else:
            target[field] = value


def _merge_items(held: list[Any], wanted: list[Any], keys: tuple[str, ...]) -> None:
    known = {key_of(item, keys): item for item in held}
    for item in wanted:
        if key_of(item, keys) in known:
            merge(known[key_of(item, keys)], item)
        else:
            held.append(item)


def remove(target: Any, path: Path) -> None:
    """Take the value at a path out of the target, if it is there."""
    step, *rest = path
    if isinstance(step, tuple):
        keys, values = step
        for item in [item for item in target if key_of(item, keys) == values]:
            if rest:
                remove(item, tuple(rest))
            else:
                target.remove(item)
    elif isinstance(target, dict) and step in target:
        if rest:
            remove(target[step], tuple(rest))
        else:
            del target[step]


def merge_patch(target: Any, change: Any) -> Any:
    """Apply an RFC 7386 patch: null removes, maps merge, everything else replaces."""
    if not isinstance(change, Mapping):
        return change
    result = dict(target) if isinstance(target, Mapping) else {}
    for field, value in change.items():
        if value is None:
            result.pop(field, None)
        else:
            result[field] = merge_patch(result.get(field), value)
    return result
