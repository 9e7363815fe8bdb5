"""Compares what should exist with what does: the Plan. Pure.

Desired is a subset of live: a field that only the live object has belongs to somebody else or to a default,
and is left alone. A field that we once wrote and no longer want cannot be seen so; the digest of the last
applied manifest, kept in an annotation, tells that the manifest has changed, and server-side apply then
removes the field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import orjson

from resee_operator.engine.actions import Action, FieldChange, Plan, Refusal, Verb
from resee_operator.engine.normalise import is_default, may_be_absent, same_leaf
from resee_operator.kube.resources import CHILDREN, REQUESTS, Manifest, name_of
from resee_operator.kube.schema import is_atomic, is_set, key_of, list_keys

DIGEST = "resee.io/applied"
"""Annotation of every child: digest of the manifest as it was last applied."""

_ORDER = {resource.kind: position for position, resource in enumerate(CHILDREN)}
_SERVER_SIDE = frozenset({"apiVersion", "kind", "status"})
_IDENTITY = frozenset({"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp"})

IMMUTABLE: dict[str, tuple[str, ...]] = {
    "Job": ("spec.template", "spec.selector", "spec.completions", "spec.completionMode"),
    "StatefulSet": (
        "spec.volumeClaimTemplates",
        "spec.serviceName",
        "spec.selector",
        "spec.podManagementPolicy",
    ),
    "Deployment": ("spec.selector",),
    "Service": ("spec.clusterIP",),
    "PersistentVolumeClaim": (
        "spec.accessModes",
        "spec.storageClassName",
        "spec.volumeMode",
        "spec.selector",
    ),
}
"""Fields that the server refuses to change. Jobs are made anew; elsewhere the live value stays and is
reported."""

KEPT = frozenset(
    {"Secret", "PersistentVolumeClaim", "Cluster", "Pod", *(resource.kind for resource in REQUESTS)}
)
"""Kinds never deleted as orphans: the first three hold data, a Pod belongs to its controller, requests to
their users."""


class Live(Protocol):
    """What the diff asks of a snapshot."""

    def get(self, kind: str, name: str) -> Manifest | None:
        """The object, or None where it does not exist."""

    def unexpected(self, names: Iterable[tuple[str, str]]) -> Iterable[Manifest]:
        """All objects but those of the given kinds and names."""

    def is_applied(self, kind: str, name: str, digest: str) -> bool:
        """Whether the object, in its present version, was already found equal to the manifest of that
        digest."""

    def mark_applied(self, kind: str, name: str, digest: str) -> None:
        """Remember that it was."""


def stamp(manifest: Manifest) -> Manifest:
    """The manifest with its own digest as an annotation; the argument stays as it is."""
    text = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.blake2b(text, digest_size=10).hexdigest()
    metadata = manifest["metadata"]
    annotations = {**(metadata.get("annotations") or {}), DIGEST: digest}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def digest_of(manifest: Manifest) -> str:
    """The digest that `stamp` wrote, empty where there is none."""
    return str((manifest["metadata"].get("annotations") or {}).get(DIGEST, ""))


def compare(wanted: Manifest, live: Manifest) -> tuple[FieldChange, ...]:
    """Fields of `wanted` that the live object lacks or holds otherwise."""
    found: list[FieldChange] = []
    for name, value in wanted.items():
        if name == "metadata":
            _compare_map(
                {k: v for k, v in value.items() if k not in _IDENTITY}, live[name], name, found, False
            )
        elif name not in _SERVER_SIDE:
            _compare(name, "", value, live.get(name), name, found, False)
    return tuple(found)


def _compare(
    name: str, parent: str, wanted: Any, live: Any, path: str, found: list[FieldChange], whole: bool
) -> None:
    whole = whole or is_atomic(name)
    if isinstance(wanted, dict) and isinstance(live, dict):
        _compare_map(wanted, live, path, found, whole)
    elif isinstance(wanted, list) and isinstance(live, list):
        _compare_list(name, wanted, live, path, found, whole)
    elif live is None and may_be_absent(name, wanted):
        return
    elif not same_leaf(name, parent, wanted, live):
        found.append(FieldChange(path, live, wanted))


def _compare_map(
    wanted: Mapping[str, Any], live: Mapping[str, Any], path: str, found: list[FieldChange], whole: bool
) -> None:
    # Most maps are equal, or equal as far as we wrote them: one comparison in C instead of a walk.
    if wanted == live or (not whole and wanted.items() <= live.items()):
        return
    parent = path.rpartition(".")[2]
    for name, value in wanted.items():
        held = live.get(name)
        if value is not held and (value != held or isinstance(value, bool)):
            _compare(name, parent, value, held, f"{path}.{name}", found, whole)
    if whole:
        for name in live.keys() - wanted.keys():
            if not is_default(name, live[name]):
                found.append(FieldChange(f"{path}.{name}", live[name], None))


def _compare_list(
    name: str, wanted: list[Any], live: list[Any], path: str, found: list[FieldChange], whole: bool
) -> None:
    if wanted == live:
        return
    keys = list_keys(name, wanted)
    if keys is None:
        _compare_whole_list(name, wanted, live, path, found)
        return
    held = {key_of(item, keys): item for item in live}
    for item in wanted:
        key = key_of(item, keys)
        where = f"{path}[{key[0]}]"
        if key in held:
            _compare_map(item, held.pop(key), where, found, whole)
        else:
            found.append(FieldChange(where, None, item))
    if whole:
        found += [FieldChange(f"{path}[{key[0]}]", item, None) for key, item in held.items()]


def _compare_whole_list(
    name: str, wanted: list[Any], live: list[Any], path: str, found: list[FieldChange]
) -> None:
    if is_set(name):
        if not set(wanted) <= set(live):
            found.append(FieldChange(path, live, wanted))
    elif len(wanted) != len(live):
        found.append(FieldChange(path, live, wanted))
    else:
        for position, (ours, theirs) in enumerate(zip(wanted, live, strict=True)):
            _compare(name, "", ours, theirs, f"{path}[{position}]", found, True)


def plan_object(wanted: Manifest, live: Manifest | None) -> tuple[Action | None, tuple[FieldChange, ...]]:
    """What one stamped manifest needs (None: it is as it should be), and the fields that cannot be changed.

    An object that is being deleted needs nothing yet: its DELETED event brings the next pass.
    """
    kind, name = str(wanted["kind"]), name_of(wanted)
    if live is None:
        return Action(Verb.CREATE, kind, name, wanted), ()
    changes = compare(wanted, live)
    if not changes or live["metadata"].get("deletionTimestamp"):
        return None, ()
    uid = str(live["metadata"].get("uid", ""))
    repair = digest_of(live) == digest_of(wanted)
    fixed = tuple(change for change in changes if change.path.startswith(IMMUTABLE.get(kind, ("\0",))))
    if fixed and kind == "Job":
        return Action(Verb.REPLACE, kind, name, wanted, changes, repair, uid), ()
    if fixed:
        wanted = _with_live_values(wanted, live, fixed)
        changes = compare(wanted, live)
    action = Action(Verb.CHANGE, kind, name, wanted, changes, repair, uid, live) if changes else None
    return action, fixed


def _with_live_values(wanted: Manifest, live: Manifest, fixed: Iterable[FieldChange]) -> Manifest:
    """The manifest with the live object's values in the fields that cannot change."""
    spec = dict(wanted["spec"])
    for change in fixed:
        name = change.path.split(".")[1].split("[")[0]
        if name in live["spec"]:
            spec[name] = live["spec"][name]
        else:
            spec.pop(name, None)
    return {**wanted, "spec": spec}


def orphans(others: Iterable[Manifest], uid: str) -> list[Action]:
    """Deletions of what is ours by its owner and no longer desired.

    Args:
        others: objects that carry the deployment's labels and are not desired.
        uid: of the custom resource. Labels alone do not make an object ours: Jobs of a CronJob carry them
            too.
    """
    return [
        deletion_of(found)
        for found in others
        if found["kind"] not in KEPT
        and not found["metadata"].get("deletionTimestamp")
        and any(owner.get("uid") == uid for owner in found["metadata"].get("ownerReferences") or ())
    ]


def deletion_of(found: Manifest) -> Action:
    """The deletion of a live object."""
    return Action(Verb.DELETE, str(found["kind"]), name_of(found), found, uid=str(found["metadata"]["uid"]))


def diff(wanted: Iterable[Manifest], live: Live, uid: str) -> Plan:
    """The plan that makes `live` what is wanted.

    Args:
        wanted: stamped manifests.
        live: the objects that carry the deployment's labels.
        uid: of the custom resource, empty where it does not exist yet.
    """
    actions: list[Action] = []
    refused: list[Refusal] = []
    names: list[tuple[str, str]] = []
    for manifest in wanted:
        kind, name = str(manifest["kind"]), name_of(manifest)
        names.append((kind, name))
        if live.is_applied(kind, name, digest_of(manifest)):
            continue
        action, fixed = plan_object(manifest, live.get(kind, name))
        refused += [Refusal(kind, name, change) for change in fixed]
        if action is not None:
            actions.append(action)
        elif not fixed:
            live.mark_applied(kind, name, digest_of(manifest))
    return Plan(in_order([*actions, *orphans(live.unexpected(names), uid)]), tuple(refused))


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Actions in the order in which they are applied: what Pods read, the Pods, and deletions last."""
    return tuple(sorted(actions, key=lambda action: (action.verb is Verb.DELETE, _ORDER[action.kind])))
