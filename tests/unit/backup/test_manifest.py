"""Documents: what is written is read again, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from resee_backup.errors import Reason, UserError
from resee_backup.manifest import (
    File,
    Manifest,
    Mark,
    Source,
    Started,
    Table,
    decode,
    encode,
    outcome_of,
)

MOMENT = datetime(2026, 1, 31, 3, 0, tzinfo=UTC)


def manifest() -> Manifest:
    """A small one."""
    source = Source(
        name="resee",
        owner="resee",
        server_version="15.18",
        server_major=15,
        size_bytes=10_000,
        encoding="UTF8",
        collate="C",
        ctype="C",
        settings=["lock_timeout=7s"],
        extensions=["plpgsql"],
        roles=["resee"],
    )
    return Manifest(
        id="20260131T030000Z-0a1b2c",
        name="default/demo",
        started=MOMENT,
        finished=MOMENT,
        duration_seconds=1.5,
        database=source,
        tools={"pg_dump": "15.18"},
        archive=File(name="database.dump.zst", size_bytes=300, sha256="ab"),
        archive_raw_bytes=900,
        globals=File(name="globals.sql", size_bytes=20, sha256="cd"),
        tables={"public.t": Table(rows=3, checksum="-17")},
        migrations=["reviews.0001_initial"],
    )


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert decode(encode(manifest()), Manifest, "here") == manifest()
    assert manifest().size_bytes == 320


def test_a_manifest_says_what_it_is() -> None:
    text = encode(manifest()).decode()
    assert '"kind": "resee-backup/manifest"' in text
    assert '"format": 1' in text
    assert '"sizeBytes": 300' in text


def test_a_field_of_a_later_release_is_no_obstacle() -> None:
    later = encode(manifest()).replace(b'"format": 1', b'"format": 1, "news": true')
    assert decode(later, Manifest, "here") == manifest()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Manifest),
        (b"not json", Manifest),
        (b"[]", Manifest),
        (encode(Started(id="x", name="y", started=MOMENT)), Manifest),
        (encode(manifest()), Mark),
        (encode(manifest()).replace(b'"format": 1', b'"format": 2'), Manifest),
        (encode(manifest()).replace(b'"kind": "resee-backup/manifest",', b""), Manifest),
        (encode(manifest()).replace(b'"rows": 3', b'"rows": "three"'), Manifest),
    ],
)
def test_anything_else_is_refused_with_its_place(data: bytes, kind: type[Manifest | Mark]) -> None:
    with pytest.raises(UserError) as caught:
        decode(data, kind, "s3://bucket/demo/manifest.json")
    assert caught.value.reason is Reason.MANIFEST_UNREADABLE
    assert caught.value.where == "s3://bucket/demo/manifest.json"


def test_a_mark_is_passed_or_says_the_problem() -> None:
    assert outcome_of(manifest(), 1.23456).outcome == "passed"
    failed = outcome_of(manifest(), 1, "it is damaged")
    assert (failed.outcome, failed.message, failed.id) == ("failed", "it is damaged", manifest().id)
