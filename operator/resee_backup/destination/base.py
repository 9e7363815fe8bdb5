"""What every destination can do. Keys are relative to it and use '/' whatever lies below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Stored:
    """A finished object or file."""

    key: str
    size: int
    modified: datetime


class NotStored(Exception):  # noqa: N818 - an answer more than an error
    """There is nothing under this key."""


class Destination(Protocol):
    """A place for whole objects: a key holds all of what was written to it, or what it held before.

    Every method raises `TransientError` when the place is away and `UserError` when it refuses.
    """

    url: str

    def write(self, key: str, chunks: Iterable[bytes], expected_size: int) -> None:
        """Store a stream of unknown length; when it raises, nothing appears under the key.

        Args:
            expected_size: an upper estimate in bytes.
        """

    def put(self, key: str, data: bytes, *, lasting: bool = False) -> None:
        """Store a small document whole.

        Args:
            lasting: nobody will replace it, so it may be locked as a stream is.
        """

    def get(self, key: str) -> bytes:
        """A small document. Raises `NotStored`."""

    def read(self, key: str) -> Iterator[bytes]:
        """The chunks of an object. Raises `NotStored`."""

    def stored(self, prefix: str) -> Iterator[Stored]:
        """All finished objects whose key starts with the prefix."""

    def delete(self, key: str) -> None:
        """Remove an object; none is fine."""

    def clear_unfinished(self, prefix: str, before: datetime) -> int:
        """Remove what a killed `write` left below the prefix; returns how many.

        Args:
            before: only what was begun earlier, so that a running backup is left alone.
        """
