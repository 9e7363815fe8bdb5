"""Whatever breaks during a restore: the database that serves is untouched, and no half database stays."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg2 import sql

from tests.integration.backup.program import Outcome, Place, Program, child_of
from tests.support.postgres import PostgresServer
from tests.support.proxy import Fault, HttpProxy, Rule, TcpProxy
from tests.support.s3 import S3Server
from tests.support.wait import Budget, until

NEW = "restored_by_test"


@pytest.fixture
def before(postgres: PostgresServer, backup: str) -> Iterator[set[str]]:
    """The databases of the server before; a restored one is dropped afterwards."""
    yield postgres.databases()
    postgres.execute(drop(NEW))


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


MIDDLE = 4 * 1024 * 1024  # bytes to the server: within the data, for the sample has 30 MiB


@pytest.fixture
def held_server(postgres: PostgresServer) -> Iterator[TcpProxy]:
    """A way to PostgreSQL on which a connection goes silent in the middle of the data."""
    with TcpProxy(postgres.port, Fault.HOLD, MIDDLE, sent=True) as proxy:
        yield proxy


def through(program: Program, postgres: PostgresServer, port: int) -> Program:
    """The program with another way to the server."""
    url = program.database_url.replace(f":{postgres.port}/", f":{port}/")
    return Program(url, program.place, program.result_path, program.extra)


def test_pg_restore_killed_in_the_middle(
    on_volume: Program, postgres: PostgresServer, before: set[str], held_server: TcpProxy
) -> None:
    slow = through(on_volume, postgres, held_server.port)
    with slow.running("restore", "--into", NEW) as process:
        held_server.wait_for_hit()
        child = child_of(process, "pg_restore")
        assert child is not None
        os.kill(child, signal.SIGKILL)
        outcome = slow.finished(process)
    assert_nothing_restored(outcome, postgres, before, 1, "ToolKilled")


def test_the_job_is_deleted_in_the_middle(
    on_volume: Program, postgres: PostgresServer, before: set[str], held_server: TcpProxy
) -> None:
    slow = through(on_volume, postgres, held_server.port)
    with slow.running("restore", "--into", NEW) as process:
        held_server.wait_for_hit()
        process.terminate()
        outcome = slow.finished(process)
    assert_nothing_restored(outcome, postgres, before, 1, "Interrupted")


def test_the_program_killed_in_the_middle_is_cleared_by_the_next_try(
    on_volume: Program, postgres: PostgresServer, before: set[str], held_server: TcpProxy
) -> None:
    slow = through(on_volume, postgres, held_server.port)
    with slow.running("restore", "--into", NEW) as process:
        held_server.wait_for_hit()
        process.kill()
        process.wait()
    assert postgres.databases() == before | {NEW}
    refused = on_volume.run("swap", NEW)
    assert (refused.code, refused.result["reason"]) == (2, "DatabaseUnknown")
    again = on_volume.run("restore", "--into", NEW)
    assert again.code == 0, again.log


def test_killed_before_the_new_database_is_marked(
    on_volume: Program, postgres: PostgresServer, before: set[str]
) -> None:
    """Its mark waits for a lock and dies with its session; whose the database is, nobody can tell then."""
    with closing(postgres.connect()) as other, other.cursor() as work:
        work.execute("BEGIN; LOCK TABLE pg_shdescription IN SHARE MODE")
        with on_volume.running("restore", "--into", NEW) as process:
            until(lambda: assert_a_mark_waits(postgres), Budget.PROCESS)
            process.kill()
            process.wait()
        (left,) = postgres.databases() - before
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'resee_backup'"
        postgres.execute(end)
        until(lambda: assert_only(postgres, before | {left}), Budget.PROCESS)
    again = on_volume.run("restore", "--into", NEW)
    assert again.code == 0, again.log
    assert postgres.databases() == before | {left, NEW}
    postgres.execute(drop(left))


def assert_a_mark_waits(postgres: PostgresServer) -> None:
    """The comment on a new database waits for the lock on the comments."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COMMENT%'"
    assert postgres.execute(waits)


def test_the_server_goes_silent_in_the_middle(
    on_volume: Program, postgres: PostgresServer, before: set[str], held_server: TcpProxy
) -> None:
    slow = through(on_volume, postgres, held_server.port).with_settings(BACKUP_STALL_SECONDS="2")
    outcome = slow.run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 1, "ToolStalled")


def test_the_connection_is_cut_in_the_middle(
    on_volume: Program, postgres: PostgresServer, before: set[str]
) -> None:
    with TcpProxy(postgres.port, Fault.CUT, MIDDLE, sent=True) as proxy:
        outcome = through(on_volume, postgres, proxy.port).run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 1, "DatabaseUnreachable")


def test_the_store_goes_away_in_the_middle(
    in_bucket: Program, s3: S3Server, postgres: PostgresServer
) -> None:
    backup = in_bucket.run("dump").backup
    before = postgres.databases()
    rule = Rule(lambda method, path: method == "GET" and "database.dump" in path, Fault.CUT)
    with HttpProxy(s3.port, rule) as proxy:
        outcome = in_bucket.with_settings(AWS_ENDPOINT_URL=proxy.url).run("restore", backup, "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 1, "DestinationUnreachable")


def test_a_user_who_may_not_make_databases(
    on_volume: Program, postgres: PostgresServer, before: set[str]
) -> None:
    postgres.execute("CREATE ROLE humble LOGIN PASSWORD 'humble'")
    program = Program(postgres.url("postgres", "humble", "humble"), on_volume.place, on_volume.result_path)
    outcome = program.run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 2, "DatabaseRefused")
    assert "permission denied to create database" in outcome.result["message"]


def test_an_extension_that_the_server_lacks(
    on_volume: Program, volume: Place, postgres: PostgresServer, backup: str, before: set[str]
) -> None:
    path = volume.file(backup, "manifest.json")
    manifest = json.loads(path.read_text())
    manifest["database"]["extensions"].append("postgis")
    path.write_text(json.dumps(manifest))
    outcome = on_volume.run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 2, "ExtensionsMissing")


def test_a_backup_of_a_newer_server(
    on_volume: Program, volume: Place, postgres: PostgresServer, backup: str, before: set[str]
) -> None:
    path = volume.file(backup, "manifest.json")
    manifest = json.loads(path.read_text())
    manifest["database"]["serverMajor"] = 99
    path.write_text(json.dumps(manifest))
    outcome = on_volume.run("restore", "--into", NEW)
    assert_nothing_restored(outcome, postgres, before, 2, "ToolTooOld")


def test_a_drill_server_that_is_away_says_nothing_about_the_backup(
    on_volume: Program, volume: Place, backup: str
) -> None:
    away = on_volume.with_settings(
        BACKUP_DRILL_DATABASE_URL="postgres://u:p@127.0.0.1:1/x", BACKUP_CONNECT_SECONDS="3"
    )
    outcome = away.run("drill")
    assert (outcome.code, outcome.result["reason"]) == (1, "DatabaseUnreachable")
    assert not volume.file(backup, "drill.json").exists()


@pytest.fixture
def stubborn(postgres: PostgresServer, on_volume: Program, backup: str) -> Iterator[Program]:
    """A user who owns both databases, but may not end the session that a superuser has on the live one."""
    postgres.execute("CREATE ROLE keeper LOGIN CREATEDB PASSWORD 'keeper'")
    postgres.execute("CREATE DATABASE kept OWNER keeper")
    program = Program(postgres.url("kept", "keeper", "keeper"), on_volume.place, on_volume.result_path)
    restored = program.run("restore", "--into", NEW, "--owner", "current")
    assert restored.code == 0, restored.log
    with closing(postgres.connect("kept")):
        yield program
    for name in postgres.databases():
        if name.startswith("kept") or name == NEW:
            postgres.execute(drop(name))
    postgres.execute("DROP ROLE keeper")


def test_a_session_that_may_not_be_ended_stops_a_swap(stubborn: Program, postgres: PostgresServer) -> None:
    before = postgres.databases()
    outcome = stubborn.run("swap", NEW)
    assert (outcome.code, outcome.result["reason"]) == (2, "DatabaseRefused"), outcome.log
    assert "superuser" in outcome.result["message"]
    assert postgres.databases() == before


def test_a_swap_killed_between_its_renames_changes_nothing(
    on_volume: Program, postgres: PostgresServer, before: set[str]
) -> None:
    """The second rename waits for a transaction that has locked the restored database."""
    assert on_volume.run("restore", "--into", NEW).code == 0
    with postgres.database("live") as live, closing(postgres.connect()) as other:
        program = Program(postgres.url(live), on_volume.place, on_volume.result_path)
        names = postgres.databases()
        with other.cursor() as work:
            work.execute(sql.SQL("BEGIN; COMMENT ON DATABASE {} IS 'busy'").format(sql.Identifier(NEW)))
            with program.running("swap", NEW) as process:
                until(lambda: assert_somebody_waits(postgres), Budget.PROCESS)
                process.kill()
                process.wait()
            work.execute("ROLLBACK")
        until(lambda: assert_only(postgres, names), Budget.PROCESS)
        swapped = program.run("swap", NEW)
        assert swapped.code == 0, swapped.log
        postgres.execute(drop(swapped.result["previousDatabase"]))


def assert_somebody_waits(postgres: PostgresServer) -> None:
    """A rename waits for a lock on a database."""
    assert postgres.execute("SELECT 1 FROM pg_locks WHERE locktype = 'object' AND NOT granted")


def assert_only(postgres: PostgresServer, names: set[str]) -> None:
    """These databases are there and no session of the program is left."""
    assert not postgres.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'resee_backup'")
    assert postgres.databases() == names


def drop(name: str) -> sql.Composed:
    """The statement that removes a database."""
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
