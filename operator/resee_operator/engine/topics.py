"""What edits are about, so that one edit does not wait behind a thousand that are all about something else.

A change of the whole fleet sets the same field of every deployment. An edit of another field in its middle is
told from these by that, and by nothing else: not by its time, nor by who made it.
"""

from __future__ import annotations

from collections import OrderedDict

from resee_operator.kube.resources import Manifest

Key = tuple[str, str]
"""Namespace and name of a ReseeDeployment."""


def topic_of(before: Manifest, now: Manifest) -> str:
    """The fields of the spec that differ between two states of a custom resource: ``logLevel web``."""
    old, new = before.get("spec") or {}, now.get("spec") or {}
    return " ".join(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


class Topics:
    """Keys that wait, by what their edits are about."""

    def __init__(self) -> None:
        self._keys: dict[str, OrderedDict[Key, None]] = {}
        self._topics: dict[Key, str] = {}

    def add(self, key: Key, topic: str) -> None:
        """Put a key that is not waiting behind the others of its topic."""
        self._topics[key] = topic
        self._keys.setdefault(topic, OrderedDict())[key] = None

    def remove(self, key: Key) -> None:
        """Take a key out."""
        topic = self._topics.pop(key)
        keys = self._keys[topic]
        del keys[key]
        if not keys:
            del self._keys[topic]

    def rarest(self) -> Key:
        """The newest key of the topic that the fewest wait with."""
        fewest = min(self._keys.values(), key=len)
        return next(reversed(fewest))
