"""Whatever breaks during a restore: the database that serves is untouched, and no half database stays."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest
from psycopg2 import sql

from tests.integration.backup.program import Outcome, Place, Program, child_of
from tests.support.postgres import PostgresServer
from tests.support.proxy import Fault, TcpProxy
from tests.support.wait import Budget, until

NEW = "restored_by_test"


@pytest.fixture
def backup(on_volume: Program) -> str:
    """A verified backup of the sample."""
    return on_volume.run("dump").backup


@pytest.fixture
def before(postgres: PostgresServer, backup: str) -> Iterator[set[str]]:
    """The databases of the server before; a restored one is dropped afterwards."""
    yield postgres.databases()
    postgres.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NEW)))


def assert_nothing_restored(
    outcome: Outcome, postgres: PostgresServer, before: set[str], code: int, reason: str
) -> None:
    """The command failed, said why, and the server's databases are those of before."""
    assert (outcome.code, outcome.result["reason"]) == (code, reason), outcome.log
    assert outcome.result["remedy"]
    assert postgres.databases() == before


@pytest.mark.parametrize("half", ["truncated", "flipped"])
def test_a_damaged_archive(
    on_volume: Program, volume: Place, postgres: PostgresServer, backup: str, before: set[str], half: str
) -> None:
    archive = volume.file(backup, "database.dump.zst")
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data if half == "flipped" else data[: len(data) // 2])
    outcome = on_volume.run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 2, "ArchiveDamaged")


def test_other_rows_than_the_manifest_says(
    on_volume: Program, volume: Place, postgres: PostgresServer, backup: str, before: set[str]
) -> None:
    path = volume.file(backup, "manifest.json")
    manifest = json.loads(path.read_text())
    manifest["tables"]["public.empty"]["rows"] = 7
    path.write_text(json.dumps(manifest))
    outcome = on_volume.run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 2, "ContentDiffers")
    assert "public.empty has 0 rows instead of 7" in outcome.result["message"]


def test_other_content_than_the_manifest_says(
    on_volume: Program, volume: Place, postgres: PostgresServer, backup: str, before: set[str]
) -> None:
    path = volume.file(backup, "manifest.json")
    manifest = json.loads(path.read_text())
    manifest["tables"]["public.contents_content"]["checksum"] = "12345"
    path.write_text(json.dumps(manifest))
    outcome = on_volume.with_settings(BACKUP_DRILL_DATABASE_URL=postgres.url()).run("drill")
    assert_nothing_restored(outcome, postgres, before, 2, "ContentDiffers")
    assert '"failed"' in volume.file(backup, "drill.json").read_text()


def test_a_database_of_that_name_exists(
    on_volume: Program, postgres: PostgresServer, before: set[str], sample: str
) -> None:
    outcome = on_volume.run("restore", "--into", sample)
    assert_nothing_restored(outcome, postgres, before, 2, "DatabaseExists")


@pytest.fixture
def slow(postgres: PostgresServer, on_volume: Program) -> Iterator[Program]:
    """A restore that waits for a lock in its middle, as one does that meets a busy server."""
    with TcpProxy(postgres.port, Fault.HOLD, after=1_000_000_000) as proxy:
        url = on_volume.database_url.replace(f":{postgres.port}/", f":{proxy.port}/")
        yield Program(url, on_volume.place, on_volume.result_path)
