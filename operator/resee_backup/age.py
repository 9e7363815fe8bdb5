"""Encryption in age's format, before anything leaves the program: age's own tool decrypts what is stored.

The library writes into a file as it reads from another, so it works in a thread of its own; a short queue
makes a stream of it again.
"""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Final, TypeAlias

import pyrage

from resee_backup.errors import Reason, UserError
from resee_backup.stream import Source, Stream, damaged

SUFFIX: Final = ".age"
VARIABLE: Final = "BACKUP_AGE_IDENTITIES"

_WAITING: Final = 16
"""Pieces of 64 KiB between the library and whoever takes them."""
_REMEDY: Final = "Give the identities that were set when it was made: docs/backup.md says how."

Identity: TypeAlias = pyrage.x25519.Identity


class _Refused(Exception):  # noqa: N818 - becomes the error of a backup
    """The library's own words about what it read."""


class _Ended(Exception):  # noqa: N818 - nobody takes the stream any more
    """Ends the library's work."""


def read_identities(text: str) -> list[Identity]:
    """The identities of a text as age-keygen writes it, with its comments.

    Raises:
        UserError: a line is none. The line is not told.
    """
    lines = [line.strip() for line in text.splitlines()]
    words = [line for line in lines if line and not line.startswith("#")]
    try:
        return [pyrage.x25519.Identity.from_str(word) for word in words]
    except pyrage.IdentityError:
        raise UserError(
            Reason.INVALID_SETTING,
            f"{VARIABLE} holds a line that is no identity of age",
            where=VARIABLE,
            remedy="Give the file that age-keygen wrote: lines with AGE-SECRET-KEY-1 and comments.",
        ) from None


def encrypt(chunks: Iterable[bytes], identities: Sequence[Identity]) -> Stream:
    """A stream that each of the identities decrypts."""
    recipients = [identity.to_public() for identity in identities]
    # A reader that gives up need not wait for a pg_dump that says nothing: that one is ended next.
    return _piped(chunks, lambda source, sink: pyrage.encrypt_io(source, sink, recipients), waits=False)


def decrypt(
    chunks: Iterable[bytes], identities: Sequence[Identity], where: str
) -> Generator[bytes, None, None]:
    """What was encrypted. A stream that was cut off or changed raises. Once it is closed, nobody takes of the
    chunks any more.

    Raises:
        UserError: no identity fits, or the stream is damaged.
    """
    if not identities:
        raise UserError(
            Reason.KEY_REFUSED,
            f"The backup is encrypted and {VARIABLE} is not set",
            where=where,
            remedy=_REMEDY,
        )
    try:
        yield from _piped(
            chunks, lambda source, sink: pyrage.decrypt_io(source, sink, identities), waits=True
        )
    except _Refused as error:
        if "matching" in str(error):
            raise UserError(
                Reason.KEY_REFUSED,
                f"The backup is encrypted for other keys than {VARIABLE} holds",
                where=where,
                remedy=_REMEDY,
            ) from None
        raise damaged(str(error), where) from error


def _piped(
    chunks: Iterable[bytes], work: Callable[[io.RawIOBase, io.RawIOBase], None], *, waits: bool
) -> Stream:
    """What the library writes, as it reads the chunks. What fails in its thread raises here; the end of this
    stream may wait for the end of that one."""
    pieces: queue.Queue[bytes | None] = queue.Queue(_WAITING)
    sink = _Sink(pieces)
    causes: list[BaseException] = []
    failures: list[BaseException] = []

    def guarded() -> Stream:
        try:
            yield from chunks
        except BaseException as error:
            causes.append(error)
            raise

    def run() -> None:
        try:
            work(Source(guarded()), sink)
        except BaseException as error:
            failures.append(error)
        finally:
            sink.end()

    thread = threading.Thread(target=run, name="age", daemon=True)
    thread.start()
    try:
        while (piece := pieces.get()) is not None:
            yield piece
    finally:
        sink.closed_by_reader.set()
        if waits:
            thread.join()
    # The library has words of its own for what its source raises.
    if causes:
        raise causes[0]
    if failures:
        raise _Refused(str(failures[0])) from failures[0]


class _Sink(io.RawIOBase):
    """A file that is a queue."""

    def __init__(self, pieces: queue.Queue[bytes | None]) -> None:
        super().__init__()
        self._pieces = pieces
        self.closed_by_reader = threading.Event()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._put(bytes(data))
        return len(data)

    def end(self) -> None:
        try:
            self._put(None)
        except _Ended:
            return

    def _put(self, piece: bytes | None) -> None:
        while not self.closed_by_reader.is_set():
            try:
                return self._pieces.put(piece, timeout=0.5)
            except queue.Full:
                continue
        raise _Ended
