"""The documents beside an archive. The manifest is written last: what has none is no backup."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypeVar

import msgspec

from resee_backup.errors import Reason, UserError

FORMAT: Literal[1] = 1


def _kind(name: str) -> str:
    return f"resee-backup/{name.lower()}"


class Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag=_kind):
    """A JSON file of ours; `kind` marks it, so that nothing else is ever taken for one."""

    format: Literal[1] = FORMAT


class _Header(msgspec.Struct):
    """What every document must say of itself."""

    kind: str
    format: int


class Started(Document, frozen=True, kw_only=True):
    """Written first: this folder is ours, even if nothing else was finished in it."""

    id: str
    name: str
    started: datetime


class File(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One stored file: its size in bytes and SHA-256 as stored, that is, compressed."""

    name: str
    size_bytes: int
    sha256: str


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a table held: rows, and for tables that are not too large a checksum over them."""

    rows: int
    checksum: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The database as it was: what a restore needs to make the same again."""

    name: str
    owner: str
    server_version: str
    server_major: int
    size_bytes: int
    encoding: str
    collate: str
    ctype: str
    settings: list[str]  # name=value of ALTER DATABASE ... SET
    extensions: list[str]
    roles: list[str]  # that own something in it or hold a grant


class Manifest(Document, frozen=True, kw_only=True):
    """Everything about one finished backup. `started` is the moment of the snapshot: what RPO counts from."""

    id: str
    name: str
    started: datetime
    finished: datetime
    duration_seconds: float
    database: Source
    tools: dict[str, str]
    archive: File
    archive_raw_bytes: int
    globals: File
    tables: dict[str, Table]
    migrations: list[str]

    @property
    def size_bytes(self) -> int:
        """Bytes at the destination, the small documents left out."""
        return self.archive.size_bytes + self.globals.size_bytes


class Mark(Document, frozen=True, kw_only=True):
    """The outcome of a verification or a drill, beside the manifest that it was about."""

    id: str
    outcome: Literal["passed", "failed"]
    at: datetime
    duration_seconds: float
    message: str = ""


def outcome_of(manifest: Manifest, seconds: float, problem: str = "") -> Mark:
    """The mark of a verification or drill that took so long; passed when there was no problem."""
    return Mark(
        id=manifest.id,
        outcome="failed" if problem else "passed",
        at=now(),
        duration_seconds=round(seconds, 3),
        message=problem,
    )


D = TypeVar("D", bound=Document)


def encode(document: Document) -> bytes:
    """JSON with one field a line, for people who look into the bucket."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode(data: bytes, kind: type[D], where: str) -> D:
    """A document, checked field by field.

    Raises:
        UserError: it is not a document of this kind or of a format that this release reads.
    """
    try:
        msgspec.json.decode(data, type=_Header)
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise UserError(
            Reason.MANIFEST_UNREADABLE,
            f"Not a {kind.__name__.lower()} of format {FORMAT}: {error}",
            where=where,
            remedy="Use the release of the backup image that wrote it, or another backup.",
        ) from None


def now() -> datetime:
    """This moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
