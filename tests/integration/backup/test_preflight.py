"""preflight: what would make a restore fail is said before anything stops."""

from __future__ import annotations

import json

import pytest

from tests.integration.backup.program import Program
from tests.support.postgres import PostgresServer


def test_a_good_backup_can_be_restored(on_volume: Program, backup: str, postgres: PostgresServer) -> None:
    databases = postgres.databases()
    outcome = on_volume.run("preflight")
    assert (outcome.code, outcome.backup) == (0, backup), outcome.log
    assert outcome.result["reason"] == "Succeeded"
    assert postgres.databases() == databases, "nothing was made"


def test_a_damaged_archive_is_found(on_volume: Program, backup: str) -> None:
    file = on_volume.place.file(backup, "database.dump.zst")
    file.write_bytes(file.read_bytes()[:-1])
    outcome = on_volume.run("preflight", backup)
    assert (outcome.code, outcome.result["reason"]) == (2, "ArchiveDamaged")


@pytest.mark.parametrize(("size", "code", "reason"), [(10**12, 0, "Succeeded"), (2**20, 2, "SpaceMissing")])
def test_both_databases_need_space(
    on_volume: Program, backup: str, size: int, code: int, reason: str
) -> None:
    outcome = on_volume.with_settings(BACKUP_DATABASE_VOLUME_BYTES=str(size)).run("preflight", backup)
    assert (outcome.code, outcome.result["reason"]) == (code, reason), outcome.log


def test_missing_roles_are_named_or_not_needed(on_volume: Program, backup: str) -> None:
    manifest = on_volume.place.file(backup, "manifest.json")
    document = json.loads(manifest.read_text())
    document["database"]["owner"] = "gone"
    manifest.write_text(json.dumps(document))
    outcome = on_volume.run("preflight", backup)
    assert (outcome.code, outcome.result["reason"]) == (2, "RolesMissing"), outcome.log
    assert "gone" in outcome.result["message"]
    assert on_volume.run("preflight", backup, "--owner", "current").code == 0


def test_a_database_with_tables_is_left_alone(on_volume: Program) -> None:
    outcome = on_volume.run("preflight", "--only-into-empty")
    assert (outcome.code, outcome.result["reason"]) == (0, "DatabasePopulated"), outcome.log
    assert "backup" not in outcome.result, "no backup was even looked for"


def test_an_empty_one_is_not(on_volume: Program, backup: str, postgres: PostgresServer) -> None:
    with postgres.database("empty") as name:
        program = Program(postgres.url(name), on_volume.place, on_volume.result_path)
        outcome = program.run("preflight", "--only-into-empty")
    assert (outcome.code, outcome.result["reason"], outcome.backup) == (0, "Succeeded", backup)
