"""Bytes on their way: measured, compressed and decompressed piece by piece, in memory of a fixed size.

A stream is an iterator of chunks. One that fails raises; it never just ends early.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

import zstandard

from resee_backup.errors import Reason, UserError

# Two workers keep up with pg_dump at the default level; a job of 2 MiB holds them below 20 MiB of memory.
WORKERS = 2
JOB_SIZE = 2 * 1024 * 1024
DECOMPRESSED_CHUNK = 1024 * 1024
PROGRESS_SECONDS = 10.0

Stream = Iterator[bytes]


class Meter:
    """Size of what passed through it, and its SHA-256 unless only the size is asked for.

    Args:
        report: called about every ten seconds with the bytes so far.
        hashed: whether `sha256` will be asked for; it is the dearest part of a stream that is not compressed.
    """

    def __init__(self, report: Callable[[int], None] | None = None, *, hashed: bool = True) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._hashed = hashed
        self._report = report

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the bytes so far."""
        return self._hash.hexdigest()

    def through(self, chunks: Iterable[bytes]) -> Stream:
        """The same chunks, counted and hashed."""
        next_report = time.monotonic() + PROGRESS_SECONDS
        for chunk in chunks:
            self.size += len(chunk)
            if self._hashed:
                self._hash.update(chunk)
            if self._report is not None and time.monotonic() >= next_report:
                self._report(self.size)
                next_report = time.monotonic() + PROGRESS_SECONDS
            yield chunk


def compress(chunks: Iterable[bytes], level: int) -> Stream:
    """One zstd frame with a checksum of its content."""
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, threads=WORKERS, job_size=JOB_SIZE, write_checksum=True
    )
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    for chunk in chunks:
        if compressed := compressor.compress(chunk):
            yield compressed
    yield compressor.flush()


def decompress(chunks: Iterable[bytes], where: str) -> Stream:
    """The content of one zstd frame, in pieces of bounded size however well it was compressed.

    A frame that ends early just ends: whoever reads an archive compares its size and SHA-256 as well.

    Raises:
        UserError: the frame is damaged.
    """
    try:
        yield from zstandard.ZstdDecompressor().read_to_iter(
            cast("IO[bytes]", Source(chunks)), write_size=DECOMPRESSED_CHUNK
        )
    except zstandard.ZstdError as error:
        raise damaged(str(error), where) from error


class Source(io.RawIOBase):
    """The `read` that libraries ask for, over chunks of any size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; none at the end."""
        while not self._rest:
            following = next(self._chunks, None)
            if following is None:
                return b""
            self._rest = memoryview(following)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


def damaged(what: str, where: str) -> UserError:
    """The error of an archive that cannot be trusted."""
    return UserError(
        Reason.ARCHIVE_DAMAGED,
        f"The archive is damaged: {what}",
        where=where,
        remedy="Use another backup, take a new one, and look for the cause in the storage.",
    )
