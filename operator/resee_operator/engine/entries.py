"""How the cache keeps tens of thousands of children: in few and small objects, which share their texts."""

from __future__ import annotations

from typing import Any

import orjson

from resee_operator.engine.queue import Key


def compact(value: Any) -> bytes:
    """JSON that is kept. orjson leaves its whole buffer of 4 KiB to each text; a copy is as long as it is."""
    return bytes(memoryview(orjson.dumps(value)))


class Entry:
    """One object as it is kept.

    `applied` tells the manifest that this version was found equal to: 60 bits of its digest as a number, as
    the text would take twice the memory; 0 is none.
    """

    __slots__ = ("applied", "packed", "version")

    def __init__(self, version: int, packed: bytes) -> None:
        self.version = version
        self.packed = packed
        self.applied = 0


class Owners:
    """Deployments by namespace and name of the children of one kind.

    A pair of both for each child would take as much memory as what is kept of the child.
    """

    def __init__(self) -> None:
        self._keys: dict[str, dict[str, Key]] = {}

    def get(self, name: Key, default: Key | None = None) -> Key | None:
        return self._keys.get(name[0], {}).get(name[1], default)

    def put(self, name: Key, key: Key) -> None:
        # The key's namespace is a text that all of its children share.
        self._keys.setdefault(key[0], {})[name[1]] = key

    def drop(self, name: Key) -> None:
        del self._keys[name[0]][name[1]]

    def items(self) -> list[tuple[Key, Key]]:
        return [
            ((namespace, name), key) for namespace, keys in self._keys.items() for name, key in keys.items()
        ]
