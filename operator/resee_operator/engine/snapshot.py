"""One deployment at one moment: the custom resource and its children, read-only, decoded when asked for.

A pass looks at a snapshot only, so that events that arrive in its middle cannot make its parts disagree.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from resee_operator.engine.actions import COMPONENT
from resee_operator.engine.cache import Cache, Child
from resee_operator.engine.entries import Entry
from resee_operator.engine.queue import Key
from resee_operator.kube.resources import Manifest

_NO_SECRETS = frozenset({"host", "port", "dbname", "username"})
"""Keys of our own Secrets whose values are names that every message may hold."""


class Snapshot:
    """What a pass knows of the cluster. `operations.base.Live` and `engine.diff.Live`."""

    def __init__(self, cache: Cache, key: Key, before: Snapshot | None = None) -> None:
        """Look at a deployment; what has not changed since the snapshot before need not be decoded again."""
        self.key = key
        self.resee = cache.resee(key)
        self._cache = cache
        self._entries: Mapping[Child, Entry] = dict(cache.children(key))
        self._decoded: dict[Child, Manifest] = before._unchanged(self._entries) if before else {}
        self._pods: dict[str, list[Manifest]] | None = None
        self._values: frozenset[str] | None = None

    def get(self, kind: str, name: str) -> Manifest | None:
        """The child, or None where it does not exist."""
        child = (kind, name)
        if child not in self._decoded:
            entry = self._entries.get(child)
            if entry is None:
                return None
            self._decoded[child] = self._cache.unpack(kind, entry)
        return self._decoded[child]

    def _unchanged(self, entries: Mapping[Child, Entry]) -> dict[Child, Manifest]:
        """What is decoded of objects that are still the same."""
        return {
            child: found
            for child, found in self._decoded.items()
            if child in self._entries and entries.get(child) is self._entries[child]
        }

    def has(self, kind: str, name: str) -> bool:
        """Whether the child exists."""
        return (kind, name) in self._entries or (kind, name) in self._decoded

    def pods(self, component: str) -> Sequence[Manifest]:
        """The Pods of a component."""
        if self._pods is None:
            self._pods = {}
            for pod in self.all_pods():
                label = pod["metadata"].get("labels", {}).get(COMPONENT, "")
                self._pods.setdefault(label, []).append(pod)
        return self._pods.get(component, [])

    def all_pods(self) -> list[Manifest]:
        """The Pods of all components."""
        return self.all_of("Pod")

    def all_of(self, kind: str) -> list[Manifest]:
        """All objects of a kind, in the order of their names."""
        names = sorted(name for known, name in self._entries if known == kind)
        return [found for name in names if (found := self.get(kind, name)) is not None]

    def secret_values(self) -> frozenset[str]:
        """Every value of every Secret of the deployment that may not be told."""
        if self._values is None:
            self._values = self._secret_values()
        return self._values

    def _secret_values(self) -> frozenset[str]:
        names = [name for kind, name in (*self._entries, *self._decoded) if kind == "Secret"]
        values = {
            value
            for name in names
            for key, value in (self.secret(name) or {}).items()
            if key not in _NO_SECRETS
        }
        return frozenset(values | {password for value in values if (password := _password(value))})

    def add_secrets(self, data: Mapping[str, Mapping[str, str]]) -> None:
        """Let the Secrets be seen that are not ours and that a pass has read by their names."""
        self._values = None
        for name, values in data.items():
            if ("Secret", name) not in self._entries:
                metadata = {"name": name, "namespace": self.key[0]}
                self._decoded["Secret", name] = {
                    "kind": "Secret",
                    "metadata": metadata,
                    "data": encode(values),
                }

    def components(self, kinds: Iterable[str]) -> frozenset[str]:
        """Labels of the components that have an object of one of the kinds."""
        found = [self.get(kind, name) for kind, name in self._entries if kind in kinds]
        return frozenset(item["metadata"].get("labels", {}).get(COMPONENT, "") for item in found if item)

    def unexpected(self, names: Iterable[Child]) -> Iterable[Manifest]:
        """The children of other kinds and names than these; without Pods, which their controllers own."""
        for kind, name in self._entries.keys() - set(names):
            if kind != "Pod" and (found := self.get(kind, name)) is not None:
                yield found

    def is_applied(self, kind: str, name: str, digest: str) -> bool:
        """Whether this version of the child was already found equal to the manifest of that digest."""
        entry = self._entries.get((kind, name))
        return entry is not None and bool(digest) and entry.applied == _number(digest)

    def mark_applied(self, kind: str, name: str, digest: str) -> None:
        """Remember it for as long as the child stays at this version."""
        entry = self._entries.get((kind, name))
        if entry is not None and digest:
            entry.applied = _number(digest)

    def state(self) -> int:
        """A number that is another one when a child comes, goes, or is no longer as it was found to be.

        Pods are left out, and so is what the status says: neither is compared with what is wanted.
        """
        return hash(
            frozenset(
                (child, entry.applied, 0 if entry.applied else entry.version)
                for child, entry in self._entries.items()
                if child[0] != "Pod"
            )
        )

    def secret(self, name: str) -> Mapping[str, str] | None:
        """Decoded data of a Secret, ours or one that the user names; None where it does not exist.

        A pass reads the users' Secrets before it asks; one that was never read counts as absent.
        """
        found = self.get("Secret", name)
        if found is not None:
            return decode_secret(found)
        try:
            return self._cache.foreign_secret((self.key[0], name))
        except KeyError:
            return None


def _password(address: str) -> str | None:
    """The password in an address, None where there is none."""
    try:
        return urlsplit(address).password
    except ValueError:
        return None


def _number(digest: str) -> int:
    return int(digest[:15], 16)


def encode(data: Mapping[str, str]) -> dict[str, str]:
    """Values as a Secret's `data` holds them."""
    return {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}


def decode_secret(found: Manifest) -> dict[str, str]:
    """The data of a Secret as text; bytes that are no text become replacement characters."""
    data: dict[str, str] = found.get("data") or {}
    return {key: base64.b64decode(value).decode(errors="replace") for key, value in data.items()}
