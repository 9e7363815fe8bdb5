"""A multipart upload of a stream of unknown length: completed when the stream ended well, otherwise aborted.

boto3's transfer manager keeps all parts in flight in memory and takes one part size for all; here a part
that is large because the database is goes through a temporary file, so that memory does not grow with it.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self

from resee_backup.destination.s3_errors import translated
from resee_backup.errors import BackupError, Reason, UserError

MIB = 1024 * 1024
PARTS = 10_000  # S3's limit for one object
SMALLEST_PART = 5 * MIB  # S3's least for all parts but the last
LARGEST_PART = 5 * 1024 * MIB  # S3's limit for one part
# A dump can be larger than pg_database_size says where bytea in hexadecimal does not compress.
MARGIN = 2
IN_MEMORY = 8 * MIB  # larger parts go through a temporary file
IN_FLIGHT = 2  # one part is on its way while the next one fills, and one waits for neither

logger = logging.getLogger(__name__)


Part = SpooledTemporaryFile[bytes]


def part_size(expected_size: int) -> int:
    """Bytes of one part, whole MiB: large enough that `MARGIN` times the expected size fits.

    Parts of the least size alone would cap an object at 48 GiB.
    """
    needed = -(-expected_size * MARGIN // PARTS)
    return min(LARGEST_PART, max(SMALLEST_PART, -(-needed // MIB) * MIB))


def parts(chunks: Iterable[bytes], size: int) -> Iterator[Part]:
    """The stream in files of exactly `size` bytes, the last one shorter; whoever takes one closes it."""
    part = Part(max_size=IN_MEMORY)
    try:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                room = size - part.tell()
                part.write(rest[:room])
                rest = rest[room:]
                if part.tell() == size:
                    yield _rewound(part)
                    part = Part(max_size=IN_MEMORY)
    except Exception:
        part.close()
        raise
    yield _rewound(part)


def _rewound(part: Part) -> Part:
    part.seek(0)
    return part


class MultipartUpload:
    """One upload; leaving the `with` without `complete` aborts it."""

    def __init__(self, client: Any, bucket: str, key: str, extra: Mapping[str, Any]) -> None:
        self._client = client
        self._at = {"Bucket": bucket, "Key": key}
        self._where = f"s3://{bucket}/{key}"
        self._extra = extra
        self._checksum = {name: extra[name] for name in ("ChecksumAlgorithm",) if name in extra}
        self._done: list[dict[str, Any]] = []
        self._on_the_way: deque[tuple[Future[dict[str, Any]], Part]] = deque()
        self._on_disk = False
        self._pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="upload")

    def __enter__(self) -> Self:
        with translated(self._where):
            begun = self._client.create_multipart_upload(**self._at, **self._extra)
        self._at["UploadId"] = begun["UploadId"]
        self._completed = False
        return self

    def send_all(self, chunks: Iterable[bytes], size: int) -> None:
        """Send the stream in parts of `size` bytes."""
        self._on_disk = size > IN_MEMORY
        for number, part in enumerate(parts(chunks, size), start=1):
            if number > PARTS:
                raise self._too_large(size)
            while len(self._on_the_way) >= IN_FLIGHT:
                self._take_oldest()
            self._on_the_way.append((self._pool.submit(self._send, number, part), part))
        while self._on_the_way:
            self._take_oldest()

    def _send(self, number: int, part: Part) -> dict[str, Any]:
        with translated(f"{self._where} part {number}"):
            # Bytes go out in one piece; a file would be read and sent 16 KiB at a time.
            body = part if self._on_disk else part.read()
            sent = self._client.upload_part(**self._at, PartNumber=number, Body=body, **self._checksum)
        checksum = {name: sent[name] for name in ("ChecksumCRC32",) if name in sent}
        return {"PartNumber": number, "ETag": sent["ETag"], **checksum}

    def _take_oldest(self) -> None:
        sending, part = self._on_the_way.popleft()
        with part:
            self._done.append(sending.result())

    def complete(self) -> None:
        """Make the object appear."""
        with translated(self._where):
            self._client.complete_multipart_upload(**self._at, MultipartUpload={"Parts": self._done})
        self._completed = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        for _, part in self._on_the_way:
            part.close()
        if self._completed:
            return
        try:
            with translated(self._where):
                self._client.abort_multipart_upload(**self._at)
        except BackupError as failure:
            logger.warning("parts of an aborted upload stay until prune removes them", exc_info=failure)

    def _too_large(self, size: int) -> UserError:
        return UserError(
            Reason.DESTINATION_REFUSED,
            f"The dump needs more than {PARTS} parts of {size // MIB} MiB",
            where=self._where,
            remedy="The database grew while it was dumped, or holds what cannot be compressed: run it again.",
        )
