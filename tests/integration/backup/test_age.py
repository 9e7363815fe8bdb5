"""Backups that the program encrypts: read back by their key and by no other, and by age's format alone."""

from __future__ import annotations

import json

import pyrage
import pytest
import zstandard

from tests.integration.backup.program import Place, Program

ARCHIVE = "database.dump.zst.age"


@pytest.fixture
def key() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


def file_of(*keys: pyrage.x25519.Identity) -> str:
    """What age-keygen writes."""
    return "".join(f"# created: 2026-11-23\n# public key: {key.to_public()}\n{key}\n" for key in keys)


@pytest.fixture
def sealed(on_volume: Program, key: pyrage.x25519.Identity) -> Program:
    """The program with a key."""
    return on_volume.with_settings(BACKUP_AGE_IDENTITIES=file_of(key))


def test_what_is_stored_can_be_decrypted_by_age_alone(
    sealed: Program, volume: Place, key: pyrage.x25519.Identity
) -> None:
    outcome = sealed.run("dump")
    assert outcome.code == 0, outcome.log
    assert outcome.result["verified"]
    stored = volume.file(outcome.backup, ARCHIVE).read_bytes()
    assert stored.startswith(b"age-encryption.org/v1\n")
    archive = zstandard.ZstdDecompressor().decompressobj().decompress(pyrage.decrypt(stored, [key]))
    assert archive.startswith(b"PGDMP")
    roles = pyrage.decrypt(volume.file(outcome.backup, "globals.sql.age").read_bytes(), [key])
    assert b"CREATE ROLE" in roles
    assert str(key) not in outcome.log + outcome.printed + json.dumps(outcome.result)


def test_it_is_restored_and_removed_like_any_other(sealed: Program, volume: Place) -> None:
    backup = sealed.run("dump").backup
    for command in ("preflight", "restore"):
        outcome = sealed.run(command, backup)
        assert outcome.code == 0, outcome.log


@pytest.mark.parametrize("command", ["verify", "preflight", "restore"])
@pytest.mark.parametrize("other", [True, False], ids=["another key", "no key"])
def test_without_its_key_it_is_not_read_and_not_called_damaged(
    on_volume: Program, sealed: Program, volume: Place, command: str, other: bool
) -> None:
    backup = sealed.run("dump").backup
    wrong = file_of(pyrage.x25519.Identity.generate()) if other else ""
    outcome = on_volume.with_settings(BACKUP_AGE_IDENTITIES=wrong).run(command, backup)
    assert (outcome.code, outcome.result["reason"]) == (2, "KeyRefused"), outcome.log
    assert "encrypted" in outcome.result["message"]
    mark = json.loads(volume.file(backup, "verification.json").read_text())
    assert mark["outcome"] == "passed"


def test_a_new_key_beside_the_old_one_reads_both(sealed: Program, key: pyrage.x25519.Identity) -> None:
    old = sealed.run("dump").backup
    both = sealed.with_settings(BACKUP_AGE_IDENTITIES=file_of(pyrage.x25519.Identity.generate(), key))
    assert both.run("verify", old).code == 0
    assert both.run("dump").code == 0


def test_a_backup_without_encryption_is_read_on(on_volume: Program, sealed: Program) -> None:
    backup = on_volume.run("dump").backup
    assert sealed.run("verify", backup).code == 0


@pytest.mark.parametrize("where", [0.5, 1.0])
def test_damage_is_found(sealed: Program, volume: Place, where: float) -> None:
    backup = sealed.run("dump").backup
    file = volume.file(backup, ARCHIVE)
    data = bytearray(file.read_bytes())
    data[int((len(data) - 1) * where)] ^= 1
    file.write_bytes(data)
    outcome = sealed.run("verify", backup)
    assert (outcome.code, outcome.result["reason"]) == (2, "ArchiveDamaged"), outcome.log


def test_what_is_no_key_is_refused_and_not_told(on_volume: Program, volume: Place) -> None:
    outcome = on_volume.with_settings(BACKUP_AGE_IDENTITIES="AGE-SECRET-KEY-1NONSENSE").run("dump")
    assert (outcome.code, outcome.result["reason"]) == (2, "InvalidSetting")
    assert "NONSENSE" not in outcome.log + json.dumps(outcome.result)
    assert volume.files() == []
