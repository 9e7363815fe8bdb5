"""What the cluster looks like, as far as the watches have told: the custom resources, their children, their
Secrets.

Children are found by their labels, so the key of the deployment that an event belongs to is one look at the
object. Every version is compared with the one at hand: answers to our own writes enter at once, and the
watch's echo of them is recognised as nothing new, so that a pass does not cause the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import orjson

from resee_operator.engine.entries import Entry, Owners
from resee_operator.engine.queue import MERGE, Key, Urgency
from resee_operator.engine.topics import topic_of
from resee_operator.engine.trim import Packer, trim
from resee_operator.kube.resources import (
    REQUESTS,
    RESEE,
    Manifest,
    Resource,
    name_of,
    namespace_of,
    version_of,
)

INSTANCE = "app.kubernetes.io/instance"
MANAGED_BY = "app.kubernetes.io/managed-by"
OURS = f"{MANAGED_BY}=resee-operator"
"""Label selector of the children."""
NOT_OURS = f"{MANAGED_BY}!=resee-operator"

Child = tuple[str, str]
"""Kind and name of a child."""

_REQUESTS = frozenset(resource.kind for resource in REQUESTS)
_BURIED = 4096
"""Ends of objects that are remembered: an answer to a write may come after the event that the object is
gone."""


class Wake(Protocol):
    """Called when a deployment needs a pass; `Queue.add` is one."""

    def __call__(self, key: Key, urgency: Urgency, delay: float, topic: str = "", /) -> None: ...


class Cache:
    """Live view of everything that the operator looks after. A `kube.watch.Sink`."""

    def __init__(self, wake: Wake) -> None:
        self._wake = wake
        self._packers: dict[str, Packer] = {}
        self._keys: dict[Key, Key] = {}
        self._resees: dict[Key, Entry] = {}
        self._children: dict[Key, dict[Child, Entry]] = {}
        self._owners: dict[str, Owners] = {}
        self._buried: dict[tuple[str, str, str], int] = {}
        self._foreign: dict[Key, Mapping[str, str] | None] = {}
        self._named_by: dict[Key, set[Key]] = {}
        self._names: dict[Key, frozenset[str]] = {}

    # What the watches tell

    def seen(self, resource: Resource, found: Manifest) -> None:
        """Take in an object as it is now; older versions than the one at hand are ignored."""
        key, child = self._key_of(found), (resource.kind, name_of(found))
        version = version_of(found)
        if resource is not RESEE and self._of(resource).get(_name(found), key) != key:
            # Somebody took off, or changed, the label that names the deployment: it misses a child now.
            self.gone(resource, _name(found), version)
        if key is None:
            return
        known = self._resees.get(key) if resource is RESEE else self._children.get(key, {}).get(child)
        if known is not None and known.version >= version:
            return
        topic = topic_of(self.unpack(RESEE.kind, known), found) if resource is RESEE and known else ""
        self._keep(resource, key, found)
        if resource is RESEE or resource.kind == "Secret" or resource.kind in _REQUESTS:
            self._wake(key, Urgency.EDIT, 0.0, topic)
        else:
            self._wake(key, Urgency.CHANGE, MERGE)

    def gone(self, resource: Resource, name: Key, version: int) -> None:
        """Forget an object, unless what is at hand is newer than its end."""
        if resource is RESEE:
            if name in self._resees and self._resees[name].version <= version:
                del self._resees[name]
                self._wake(name, Urgency.EDIT, 0.0)
            return
        self._bury((resource.kind, *name), version)
        key = self._of(resource).get(name)
        if key is None:
            return
        entry = self._children[key][(resource.kind, name[1])]
        if entry.version <= version:
            self._of(resource).drop(name)
            del self._children[key][(resource.kind, name[1])]
            if resource.kind == "Pod":
                self._wake(key, Urgency.CHANGE, MERGE)
            else:
                self._wake(key, Urgency.EDIT, 0.0)

    def listed(self, resource: Resource, namespace: str | None, names: set[Key], version: int) -> None:
        """Forget what a whole list did not show, as far as it is not newer than the list."""
        if resource is RESEE:
            known: Iterable[Key] = list(self._resees)
        else:
            known = [name for name, _ in self._of(resource).items()]
        for name in known:
            if name not in names and namespace in (None, name[0]):
                self.gone(resource, name, version)

    # What the passes write and ask

    def written(self, resource: Resource, found: Manifest) -> None:
        """Take in the answer to one of our own writes, which needs no pass of its own."""
        key, child = self._key_of(found), (resource.kind, name_of(found))
        if key is None:
            return
        known = self._resees.get(key) if resource is RESEE else self._children.get(key, {}).get(child)
        if known is not None and known.version >= version_of(found):
            # The watch was faster than the answer, and has already told of a later change.
            return
        if self._buried.get((resource.kind, *_name(found)), 0) >= version_of(found):
            # Or of its end.
            self._wake(key, Urgency.EDIT, 0.0)
            return
        if resource is RESEE and known is not None and self._was_edited(known, found):
            # The answer to a write of the status also tells of an edit whose own event is now an old one.
            self._wake(key, Urgency.EDIT, 0.0, topic_of(self.unpack(RESEE.kind, known), found))
        self._keep(resource, key, found)

    def _was_edited(self, known: Entry, found: Manifest) -> bool:
        return _wishes(self.unpack(RESEE.kind, known)) != _wishes(trim(found))

    def _bury(self, name: tuple[str, str, str], version: int) -> None:
        self._buried.pop(name, None)
        self._buried[name] = version
        if len(self._buried) > _BURIED:
            del self._buried[next(iter(self._buried))]

    def _keep(self, resource: Resource, key: Key, found: Manifest) -> None:
        trimmed = trim(found)
        entry = Entry(version_of(found), self._packer(resource.kind).pack(trimmed))
        if resource is RESEE:
            self._resees[key] = entry
            return
        name, children = _name(found), self._children.setdefault(key, {})
        child = (resource.kind, name[1])
        known = children.get(child)
        if (
            known is not None
            and known.applied
            and _compared(self.unpack(child[0], known)) == _compared(trimmed)
        ):
            # Only its status has changed, which nobody compares.
            entry.applied = known.applied
        children[child] = entry
        self._of(resource).put(name, key)

    def deployments(self) -> list[Key]:
        """All deployments that exist."""
        return list(self._resees)

    def names_of(self, kind: str) -> Mapping[Key, Key]:
        """All children of a kind: the deployment that each, by namespace and name, belongs to."""
        owners = self._owners.get(kind)
        return dict(owners.items()) if owners else {}

    def resee(self, key: Key) -> Manifest | None:
        """A custom resource, None where it does not exist."""
        entry = self._resees.get(key)
        return self._packer(RESEE.kind).unpack(entry.packed) if entry else None

    def children(self, key: Key) -> Mapping[Child, Entry]:
        """The entries of a deployment's children."""
        return self._children.get(key, {})

    def unpack(self, kind: str, entry: Entry) -> Manifest:
        return self._packer(kind).unpack(entry.packed)

    def forget(self, key: Key) -> None:
        """Drop what is only kept for the passes of a deployment that no longer exists."""
        self.name_secrets(key, ())
        self._keys.pop(key, None)
        if not self._children.get(key, True):
            del self._children[key]

    # Secrets that users name

    def name_secrets(self, key: Key, names: Iterable[str]) -> None:
        """Say which Secrets of its namespace a deployment reads; changes of these wake it."""
        wanted, before = frozenset(names), self._names.get(key, frozenset())
        if wanted == before:
            return
        namespace = key[0]
        for name in before - wanted:
            self._named_by[(namespace, name)].discard(key)
            if not self._named_by[(namespace, name)]:
                del self._named_by[(namespace, name)]
                self._foreign.pop((namespace, name), None)
        for name in wanted - before:
            self._named_by.setdefault((namespace, name), set()).add(key)
        self._names[key] = wanted
        if not wanted:
            del self._names[key]

    def foreign_secret(self, name: Key) -> Mapping[str, str] | None:
        """Data of a Secret that a user made; None where it does not exist.

        Raises:
            KeyError: it has not been read since it last changed.
        """
        return self._foreign[name]

    def keep_foreign_secret(self, name: Key, data: Mapping[str, str] | None) -> None:
        """Remember what was read of a user's Secret until it changes."""
        if name in self._named_by:
            self._foreign[name] = data

    def secret_changed(self, name: Key) -> None:
        """A Secret that is not ours has changed: whoever names it reads it again."""
        self._foreign.pop(name, None)
        for key in self._named_by.get(name, ()):
            self._wake(key, Urgency.EDIT, 0.0)

    def _key_of(self, found: Manifest) -> Key | None:
        if found["kind"] == RESEE.kind:
            key = _name(found)
        elif found["kind"] in _REQUESTS:
            key = (namespace_of(found), str(found["spec"]["deployment"]))
        else:
            instance = (found["metadata"].get("labels") or {}).get(INSTANCE)
            if not instance:
                return None
            key = (namespace_of(found), instance)
        # One tuple for all children of a deployment, instead of one for each.
        return self._keys.setdefault(key, key)

    def _of(self, resource: Resource) -> Owners:
        return self._owners.setdefault(resource.kind, Owners())

    def _packer(self, kind: str) -> Packer:
        return self._packers.setdefault(kind, Packer())


class SecretNames:
    """Sink of the watch of other people's Secrets, of which only the metadata comes here.

    Least privilege in what is held: a Secret's data is read, by name, only where a deployment names it.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._versions: dict[Key, int] = {}

    def seen(self, resource: Resource, found: Manifest) -> None:
        del resource
        name, version = _name(found), version_of(found)
        if self._versions.get(name) != version:
            self._versions[name] = version
            self._cache.secret_changed(name)

    def gone(self, resource: Resource, name: Key, version: int) -> None:
        del resource, version
        if self._versions.pop(name, None) is not None:
            self._cache.secret_changed(name)

    def listed(self, resource: Resource, namespace: str | None, names: set[Key], version: int) -> None:
        for name in [name for name in self._versions if name not in names and namespace in (None, name[0])]:
            self.gone(resource, name, version)


def _name(found: Manifest) -> Key:
    return namespace_of(found), name_of(found)


def _compared(trimmed: Manifest) -> bytes:
    """What the diff reads of a child: all but its status and version."""
    metadata = {key: value for key, value in trimmed["metadata"].items() if key != "resourceVersion"}
    return orjson.dumps({**trimmed, "metadata": metadata, "status": None})


def _wishes(trimmed: Manifest) -> tuple[object, Manifest]:
    """What people say in a custom resource: all but its status and version."""
    metadata = {key: value for key, value in trimmed["metadata"].items() if key != "resourceVersion"}
    return trimmed.get("spec"), metadata
