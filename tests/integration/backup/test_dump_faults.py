"""Whatever breaks during a dump: no backup appears, nothing is left, and the reason and remedy are said."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.backup.program import Place, Program, assert_nothing_published, child_of
from tests.support.postgres import PostgresServer
from tests.support.proxy import Fault, TcpProxy

HASTY = {"BACKUP_CONNECT_SECONDS": "3"}
MIDDLE = 4 * 1024 * 1024  # bytes from the server: within the archive's data, for the sample has 30 MiB


@pytest.fixture
def held_server(postgres: PostgresServer) -> Iterator[TcpProxy]:
    """A way to PostgreSQL on which a connection goes silent in the middle of the data."""
    with TcpProxy(postgres.port, Fault.HOLD, MIDDLE) as proxy:
        yield proxy


def through(program: Program, postgres: PostgresServer, port: int) -> Program:
    """The program with another way to the server."""
    url = program.database_url.replace(f":{postgres.port}/", f":{port}/")
    return Program(url, program.place, program.result_path, program.extra)


def test_pg_dump_killed_in_the_middle(
    program: Program, place: Place, postgres: PostgresServer, held_server: TcpProxy
) -> None:
    slow = through(program, postgres, held_server.port)
    with slow.running("dump") as process:
        held_server.wait_for_hit()
        child = child_of(process, "pg_dump")
        assert child is not None
        os.kill(child, signal.SIGKILL)
        outcome = slow.finished(process)
    assert_nothing_published(outcome, place, 1, "ToolKilled")


def test_the_job_is_deleted_in_the_middle(
    program: Program, place: Place, postgres: PostgresServer, held_server: TcpProxy
) -> None:
    slow = through(program, postgres, held_server.port)
    with slow.running("dump") as process:
        held_server.wait_for_hit()
        process.terminate()
        outcome = slow.finished(process)
    assert_nothing_published(outcome, place, 1, "Interrupted")


def test_the_program_killed_in_the_middle_leaves_no_backup(
    program: Program, place: Place, postgres: PostgresServer, held_server: TcpProxy
) -> None:
    slow = through(program, postgres, held_server.port)
    with slow.running("dump") as process:
        held_server.wait_for_hit()
        process.kill()
        process.wait()
    assert [file.rpartition("/")[2] for file in place.files() if "database.dump" not in file] == [
        "started.json"
    ]
    listed = program.run("list")
    assert "unfinished" in listed.printed
    assert listed.result["kept"] == 0
    assert program.run("verify").result["reason"] == "BackupNotFound"


def test_the_server_goes_silent_in_the_middle(
    program: Program, place: Place, postgres: PostgresServer, held_server: TcpProxy
) -> None:
    hasty = through(program, postgres, held_server.port).with_settings(BACKUP_STALL_SECONDS="3")
    assert_nothing_published(hasty.run("dump"), place, 1, "ToolStalled")


def test_the_connection_is_cut_in_the_middle(
    program: Program, place: Place, postgres: PostgresServer
) -> None:
    with TcpProxy(postgres.port, Fault.CUT, MIDDLE) as proxy:
        outcome = through(program, postgres, proxy.port).run("dump")
    assert_nothing_published(outcome, place, 1, "DumpFailed")
    assert "server closed the connection" in outcome.result["message"]


def test_the_server_is_killed_in_the_middle(on_volume: Program, volume: Place, services: Path) -> None:
    with PostgresServer(services / "doomed") as doomed:
        doomed.execute("CREATE TABLE t AS SELECT repeat(md5(i::text), 600) FROM generate_series(1, 2000) i")
        with TcpProxy(doomed.port, Fault.HOLD, MIDDLE) as proxy:
            url = doomed.url().replace(f":{doomed.port}/", f":{proxy.port}/")
            program = Program(url, volume, on_volume.result_path)
            with program.running("dump") as process:
                proxy.wait_for_hit()
                doomed.kill()
                proxy.release()
                outcome = program.finished(process)
    assert_nothing_published(outcome, volume, 1, "DumpFailed")


def test_a_server_that_is_away(on_volume: Program, volume: Place) -> None:
    away = Program("postgres://u:p@127.0.0.1:1/resee", volume, on_volume.result_path)
    hasty = away.with_settings(**HASTY)
    assert_nothing_published(hasty.run("dump"), volume, 1, "DatabaseUnreachable")


def test_a_server_that_hangs(on_volume: Program, volume: Place, postgres: PostgresServer) -> None:
    with TcpProxy(postgres.port, Fault.HOLD) as proxy:
        outcome = through(on_volume, postgres, proxy.port).with_settings(**HASTY).run("dump")
    assert_nothing_published(outcome, volume, 1, "DatabaseUnreachable")


def test_a_wrong_password(on_volume: Program, volume: Place, postgres: PostgresServer, sample: str) -> None:
    url = postgres.url(sample, password="wrong")
    outcome = Program(url, volume, on_volume.result_path).run("dump")
    assert_nothing_published(outcome, volume, 2, "DatabaseRefused")


def test_a_database_that_does_not_exist(on_volume: Program, volume: Place, postgres: PostgresServer) -> None:
    outcome = Program(postgres.url("nowhere"), volume, on_volume.result_path).run("dump")
    assert_nothing_published(outcome, volume, 2, "DatabaseRefused")


def test_a_user_who_may_not_read_everything(
    on_volume: Program, volume: Place, postgres: PostgresServer, sample: str
) -> None:
    postgres.execute("CREATE ROLE nosy LOGIN PASSWORD 'nosy'")
    outcome = Program(postgres.url(sample, "nosy", "nosy"), volume, on_volume.result_path).run("dump")
    assert_nothing_published(outcome, volume, 2, "DatabaseRefused")
    assert "permission denied" in outcome.result["message"]


def test_a_table_that_is_locked_for_too_long(
    on_volume: Program, volume: Place, postgres: PostgresServer
) -> None:
    with postgres.database("locked") as name, closing(postgres.connect(name)) as opened:
        opened.autocommit = False
        with opened.cursor() as work:
            work.execute("CREATE TABLE t (x int)")
            opened.commit()
            work.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
            program = Program(postgres.url(name), volume, on_volume.result_path)
            outcome = program.with_settings(BACKUP_LOCK_WAIT_SECONDS="1").run("dump")
    assert_nothing_published(outcome, volume, 1, "DumpFailed")


def test_a_pg_dump_that_fails_after_its_output(on_volume: Program, volume: Place, tmp_path: Path) -> None:
    """As `pg_dump | gzip` without pipefail once did: a whole stream, then an exit code that nobody read."""
    fake = stand_in(tmp_path, "pg_dump", '/usr/bin/pg_dump "$@"; [ "$1" = --version ] || exit 1')
    outcome = on_volume.with_settings(PATH=fake).run("dump")
    assert_nothing_published(outcome, volume, 1, "DumpFailed")


def test_no_pg_dump_at_all(on_volume: Program, volume: Place, tmp_path: Path) -> None:
    outcome = on_volume.with_settings(PATH=str(tmp_path)).run("dump")
    assert_nothing_published(outcome, volume, 2, "ToolMissing")


def test_a_pg_dump_older_than_the_server(on_volume: Program, volume: Place, tmp_path: Path) -> None:
    fake = stand_in(tmp_path, "pg_dump", "echo 'pg_dump (PostgreSQL) 14.9'")
    outcome = on_volume.with_settings(PATH=fake).run("dump")
    assert_nothing_published(outcome, volume, 2, "ToolTooOld")


def stand_in(folder: Path, name: str, script: str) -> str:
    """A PATH on which a program is replaced by a line of shell."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / name).write_text(f"#!/bin/sh\n{script}\n")
    (programs / name).chmod(0o755)
    return f"{programs}:{os.environ['PATH']}"


def test_a_file_size_limit(on_volume: Program, volume: Place) -> None:
    limited = Program(
        on_volume.database_url, volume, on_volume.result_path, on_volume.extra, ("prlimit", "--fsize=3000000")
    )
    assert_nothing_published(limited.run("dump"), volume, 2, "DestinationFull")


def test_a_folder_that_may_not_be_written(on_volume: Program, volume: Place) -> None:
    missing = Place.on_volume(volume.folder / "not-mounted")
    outcome = Program(on_volume.database_url, missing, on_volume.result_path).run("dump")
    assert (outcome.code, outcome.result["reason"]) == (2, "DestinationRefused")
    assert volume.files() == []


@pytest.mark.root
@pytest.mark.skipif(
    os.geteuid() != 0, reason="mounts a small tmpfs in a namespace of its own: run it as root"
)
def test_a_full_disk(on_volume: Program, volume: Place, tmp_path: Path) -> None:
    """The mount lives in the command's own namespace and goes with it; what is on it is listed before."""
    listing = tmp_path / "listing"
    script = (
        'mount -t tmpfs -o size=4m tmpfs "$1" && shift && "$@"; code=$?; '
        f'find "{volume.folder}" -type f > "{listing}"; exit $code'
    )
    prefix = ("unshare", "--mount", "sh", "-c", script, "sh", str(volume.folder))
    full = Program(on_volume.database_url, volume, on_volume.result_path, on_volume.extra, prefix)
    outcome = full.run("dump")
    assert_nothing_published(outcome, volume, 2, "DestinationFull")
    assert listing.read_text() == ""
