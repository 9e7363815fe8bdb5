"""restore and swap: the same rows in a new database, put into place while clients stay connected."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from resee_backup import content
from tests.integration.backup.program import Outcome, Place, Program
from tests.support.postgres import PostgresServer
from tests.support.wait import Budget


@pytest.fixture
def live(postgres: PostgresServer) -> Iterator[str]:
    """The database of an application that has gone on since the backup."""
    with postgres.database("live") as name:
        postgres.execute("CREATE TABLE newer AS SELECT 1 AS x", database=name)
        yield name
        for other in postgres.databases():
            if other.startswith(name):
                postgres.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(other))
                )


@pytest.fixture
def serving(on_volume: Program, postgres: PostgresServer, live: str, backup: str) -> Program:
    """The program whose DATABASE_URL is that application's."""
    return Program(postgres.url(live), on_volume.place, on_volume.result_path, on_volume.extra)


def tables(server: PostgresServer, database: str) -> object:
    """Counts and checksums of everything."""
    opened = server.connect(database)
    try:
        return content.tables(opened, lambda relation: True)
    finally:
        opened.close()


def test_a_restore_is_what_was_dumped(
    serving: Program, postgres: PostgresServer, sample: str, live: str
) -> None:
    outcome = serving.run("restore")
    assert outcome.code == 0, outcome.log
    restored = outcome.result["database"]
    assert restored.startswith(f"{live}_restore_")
    assert tables(postgres, restored) == tables(postgres, sample)
    assert postgres.execute("SELECT x FROM newer", database=live) == [(1,)]
    assert outcome.result["rtoSeconds"] > 0
    statistics = "SELECT reltuples FROM pg_class WHERE relname = 'contents_content'"
    assert postgres.execute(statistics, database=restored)[0][0] > 0


def test_sequences_go_on_after_a_restore(serving: Program, postgres: PostgresServer, sample: str) -> None:
    restored = serving.run("restore").result["database"]
    query = "SELECT last_value FROM contents_content_id_seq"
    assert postgres.execute(query, database=restored) == postgres.execute(query, database=sample)
    postgres.execute("INSERT INTO contents_content (title) VALUES ('next')", database=restored)


def test_settings_of_the_database_come_back(on_volume: Program, postgres: PostgresServer, live: str) -> None:
    name = sql.Identifier(live)
    postgres.execute(sql.SQL('ALTER DATABASE {} SET search_path = public, "odd Schema"').format(name))
    postgres.execute(sql.SQL("ALTER DATABASE {} SET lock_timeout = '7s'").format(name))
    program = Program(postgres.url(live), on_volume.place, on_volume.result_path)
    program.run("dump")
    restored = program.run("restore").result["database"]
    assert postgres.execute("SHOW search_path", database=restored) == [('public, "odd Schema"',)]
    assert postgres.execute("SHOW lock_timeout", database=restored) == [("7s",)]


def test_roles_and_grants_come_back(on_volume: Program, postgres: PostgresServer, live: str) -> None:
    postgres.execute("CREATE ROLE app_owner; CREATE ROLE app_reader")
    postgres.execute(
        "ALTER TABLE newer OWNER TO app_owner; GRANT SELECT ON newer TO app_reader", database=live
    )
    program = Program(postgres.url(live), on_volume.place, on_volume.result_path)
    program.run("dump")
    restored = program.run("restore").result["database"]
    rights = """
    SELECT has_table_privilege('app_reader', 'newer', 'SELECT'), tableowner
      FROM pg_tables WHERE tablename = 'newer'
    """
    assert postgres.execute(rights, database=restored) == [(True, "app_owner")]


def test_a_restore_done_again_finds_it_done(serving: Program) -> None:
    first, second = serving.run("restore"), serving.run("restore")
    assert second.code == 0
    assert second.result["database"] == first.result["database"]


def test_swap_puts_it_into_place_and_keeps_the_old(
    serving: Program, postgres: PostgresServer, sample: str, live: str
) -> None:
    outcome = serving.run("restore", "--swap")
    assert outcome.code == 0, outcome.log
    assert outcome.result["database"] == live
    assert tables(postgres, live) == tables(postgres, sample)
    previous = outcome.result["previousDatabase"]
    assert postgres.execute("SELECT x FROM newer", database=previous) == [(1,)]


def test_swap_done_again_changes_nothing(serving: Program, postgres: PostgresServer) -> None:
    restored = serving.run("restore").result["database"]
    first = serving.run("swap", restored)
    before = postgres.databases()
    second = serving.run("swap", restored)
    assert (first.code, second.code) == (0, 0)
    assert second.result["previousDatabase"] == first.result["previousDatabase"]
    assert postgres.databases() == before


def test_swap_back_is_the_way_to_undo(serving: Program, postgres: PostgresServer, live: str) -> None:
    previous = serving.run("restore", "--swap").result["previousDatabase"]
    undone = serving.run("swap", previous)
    assert undone.code == 0, undone.log
    assert postgres.execute("SELECT x FROM newer", database=live) == [(1,)]


def test_swap_under_clients_that_reconnect_at_once(
    serving: Program, postgres: PostgresServer, sample: str, live: str
) -> None:
    """Each answer is of the old or of the new database, and the last ones are of the new."""
    restored = serving.run("restore").result["database"]
    clients = [Client(postgres.url(live)) for _ in range(4)]
    try:
        outcome = serving.run("swap", restored)
    finally:
        answers = [client.stop() for client in clients]
    assert outcome.code == 0, outcome.log
    for seen in answers:
        assert set(seen) == {"old", "new"}
        assert seen == sorted(seen, reverse=True), "old again after new"


class Client(threading.Thread):
    """Asks without a pause which database it is in, and connects again whenever it is thrown out."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._stopping = threading.Event()
        self._asked = threading.Event()
        self.seen: list[str] = []
        self.start()
        assert self._asked.wait(Budget.PROCESS.seconds)

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._ask()
            except psycopg2.OperationalError:
                continue

    def _ask(self) -> None:
        opened = psycopg2.connect(self._url)
        opened.autocommit = True
        try:
            while True:
                with opened.cursor() as work:
                    work.execute("SELECT to_regclass('newer') IS NOT NULL")
                    answer = "old" if work.fetchall()[0][0] else "new"
                self.seen.append(answer)
                self._asked.set()
                if self._stopping.is_set() and answer == "new":
                    return
        finally:
            opened.close()

    def stop(self) -> list[str]:
        """What it saw, after one more answer of the new database."""
        self._stopping.set()
        self.join(Budget.PROCESS.seconds)
        return self.seen


def test_swap_of_a_database_that_nobody_restored(
    serving: Program, postgres: PostgresServer, sample: str
) -> None:
    before = postgres.databases()
    for name in (sample, "nowhere"):
        outcome = serving.run("swap", name)
        assert (outcome.code, outcome.result["reason"]) == (2, "DatabaseUnknown")
    assert postgres.databases() == before


def test_a_new_server_after_the_old_one_is_gone(
    on_volume: Program, backup: str, services: Path, postgres: PostgresServer, sample: str
) -> None:
    """The cluster is gone: another server, another password, an empty database of the application."""
    with PostgresServer(services / "rebuilt", user="resee") as rebuilt:
        rebuilt.execute("CREATE DATABASE resee")
        program = Program(rebuilt.url("resee"), on_volume.place, on_volume.result_path)
        outcome = program.run("restore", "--swap")
        assert outcome.code == 0, outcome.log
        assert tables(rebuilt, "resee") == tables(postgres, sample)


def test_a_server_with_other_roles(
    on_volume: Program, backup: str, services: Path, postgres: PostgresServer, sample: str
) -> None:
    with PostgresServer(services / "stranger", user="somebody_else") as stranger:
        program = Program(stranger.url("postgres"), on_volume.place, on_volume.result_path)
        refused = program.run("restore", "--into", "new")
        assert (refused.code, refused.result["reason"]) == (2, "RolesMissing")
        assert "--owner current" in refused.result["remedy"]
        assert "new" not in stranger.databases()
        outcome = program.run("restore", "--into", "new", "--owner", "current")
        assert outcome.code == 0, outcome.log
        assert tables(stranger, "new") == tables(postgres, sample)


def test_a_drill_restores_compares_and_removes(
    program: Program, place: Place, postgres: PostgresServer
) -> None:
    backup = program.run("dump").backup
    before = postgres.databases()
    outcome: Outcome = program.with_settings(BACKUP_DRILL_DATABASE_URL=postgres.url()).run("drill")
    assert outcome.code == 0, outcome.log
    assert outcome.result["rtoSeconds"] > 0
    assert outcome.result["rpoSeconds"] >= 0
    assert postgres.databases() == before
    assert '"passed"' in place.file(backup, "drill.json").read_text()
