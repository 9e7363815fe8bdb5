"""Damage at the destination: a full read finds it, says so, and the backup is trusted no more."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.integration.backup.program import Place, Program
from tests.support.postgres import PostgresServer

ARCHIVE = "database.dump.zst"
MANIFEST = "manifest.json"


def truncate(file: Path) -> None:
    """The second half is gone."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    """One bit in the middle is another one."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def flip_last(file: Path) -> None:
    """One bit at the very end, which pg_restore never looks at."""
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def lengthen(file: Path) -> None:
    """Something follows."""
    file.write_bytes(file.read_bytes() + b"more")


def empty(file: Path) -> None:
    """Nothing in it, as the old `pg_dump | gzip` left."""
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, flip, flip_last, lengthen, empty, Path.unlink])
@pytest.mark.parametrize("file", [ARCHIVE, "globals.sql"])
def test_damage_is_found(
    on_volume: Program, volume: Place, backup: str, file: str, damage: Callable[[Path], None]
) -> None:
    damage(volume.file(backup, file))
    outcome = on_volume.run("verify", backup)
    assert (outcome.code, outcome.result["reason"]) == (2, "ArchiveDamaged"), outcome.log
    assert file in outcome.result["where"]
    mark = json.loads(volume.file(backup, "verification.json").read_text())
    assert mark["outcome"] == "failed"
    assert on_volume.run("restore").result["reason"] == "BackupNotFound"


@pytest.mark.parametrize("damage", [truncate, flip])
def test_damage_in_a_bucket_is_found(
    in_bucket: Program, bucket: Place, damage: Callable[[Path], None]
) -> None:
    backup = in_bucket.run("dump", "--no-verify").backup
    damage(bucket.file(backup, ARCHIVE))
    outcome = in_bucket.run("verify")
    assert outcome.code != 0
    assert outcome.result["ok"] is False


def test_a_dump_that_ends_early_is_found_although_its_checksum_is_right(
    on_volume: Program, volume: Place, backup: str
) -> None:
    """A checksum only says that the object is what was written; pg_restore says whether that is a dump."""
    archive = volume.file(backup, ARCHIVE)
    content = zstandard.ZstdDecompressor().decompressobj().decompress(archive.read_bytes())
    archive.write_bytes(zstandard.ZstdCompressor().compress(content[: len(content) // 2]))
    agree(volume, backup)
    outcome = on_volume.run("verify", backup)
    assert (outcome.code, outcome.result["reason"]) == (2, "ArchiveDamaged")
    assert "pg_restore" in outcome.result["message"]


def agree(volume: Place, backup: str) -> None:
    """Make the manifest's size and checksum those of the archive as it is now."""
    data = volume.file(backup, ARCHIVE).read_bytes()
    manifest = json.loads(volume.file(backup, MANIFEST).read_text())
    manifest["archive"] |= {"sizeBytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    volume.file(backup, MANIFEST).write_text(json.dumps(manifest))


def test_another_backups_archive_is_found(
    on_volume: Program, volume: Place, backup: str, postgres: PostgresServer
) -> None:
    with postgres.database("other") as name:
        other = Program(postgres.url(name), volume, on_volume.result_path).run("dump", "--no-verify").backup
    volume.file(backup, ARCHIVE).write_bytes(volume.file(other, ARCHIVE).read_bytes())
    assert on_volume.run("verify", backup).result["reason"] == "ArchiveDamaged"


def test_without_a_manifest_it_is_no_backup(on_volume: Program, volume: Place, backup: str) -> None:
    volume.file(backup, MANIFEST).unlink()
    for command in ("verify", "restore", "drill"):
        outcome = on_volume.run(command, backup)
        assert (outcome.code, outcome.result["reason"]) == (2, "BackupNotFound")


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"{}", b'{"kind":"resee-backup/manifest","format":2}', b'{"kind":"something else"}'],
)
def test_a_manifest_that_is_none_is_left_alone(
    on_volume: Program, volume: Place, backup: str, document: bytes
) -> None:
    volume.file(backup, MANIFEST).write_bytes(document)
    before = volume.files()
    assert on_volume.run("verify", backup).result["reason"] == "BackupNotFound"
    pruned = on_volume.with_settings(BACKUP_KEEP_LAST="1").run("prune")
    assert pruned.code == 0
    assert "left alone" in pruned.log
    assert volume.files() == before


def test_a_mark_is_renewed_by_the_next_good_read(on_volume: Program, volume: Place, backup: str) -> None:
    whole = volume.file(backup, ARCHIVE).read_bytes()
    flip(volume.file(backup, ARCHIVE))
    assert on_volume.run("verify").code == 2
    volume.file(backup, ARCHIVE).write_bytes(whole)
    assert on_volume.run("verify").code == 0
    assert json.loads(volume.file(backup, "verification.json").read_text())["outcome"] == "passed"
