"""dump, verify, list: what is published is whole, described, and free of secrets."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.integration.backup.program import NAME, Place, Program
from tests.integration.backup.sample import ROWS
from tests.support.postgres import PostgresServer

FILES = ["database.dump.zst", "globals.sql", "manifest.json", "started.json", "verification.json"]


def test_a_dump_is_published_verified_and_described(program: Program, place: Place) -> None:
    outcome = program.run("dump")
    assert outcome.code == 0, outcome.log
    assert place.files() == [f"{NAME}/{outcome.backup}/{file}" for file in FILES]
    assert place.uploads() == []
    archive = place.file(outcome.backup, "database.dump.zst").read_bytes()
    assert outcome.result["ok"] is True
    assert outcome.result["sha256"] == hashlib.sha256(archive).hexdigest()
    assert outcome.result["location"] == f"{place.url}/{NAME}/{outcome.backup}"
    assert outcome.result["verified"]


def test_the_manifest_says_what_was_dumped(on_volume: Program, volume: Place, sample: str) -> None:
    backup = on_volume.run("dump", "--no-verify").backup
    manifest = json.loads(volume.file(backup, "manifest.json").read_text())
    assert manifest["database"]["name"] == sample
    assert manifest["database"]["serverMajor"] == 15
    assert manifest["tools"]["pg_dump"].startswith("15.")
    assert manifest["migrations"] == [
        "accounts.0001_initial",
        "reviews.0001_initial",
        "reviews.0002_interval",
    ]
    tables = {name: table["rows"] for name, table in manifest["tables"].items()}
    assert tables["public.contents_content"] == ROWS
    assert tables['odd Schema.odd "Table"'] == 2
    assert (tables["public.history_2025"], tables["public.history_2026"]) == (213, 187)
    assert (tables["public.parent"], tables["public.child"], tables["public.empty"]) == (1, 1, 0)
    assert not volume.file(backup, "verification.json").exists()


def test_tables_above_the_limit_are_counted_but_not_hashed(on_volume: Program, volume: Place) -> None:
    backup = on_volume.with_settings(BACKUP_CHECKSUM_TABLE_MB="4").run("dump", "--no-verify").backup
    tables = json.loads(volume.file(backup, "manifest.json").read_text())["tables"]
    assert "checksum" in tables["public.contents_content"]
    assert "checksum" not in tables["public.noise"]


def test_roles_are_stored_without_their_passwords(
    on_volume: Program, volume: Place, postgres: PostgresServer
) -> None:
    postgres.execute("CREATE ROLE reader LOGIN PASSWORD 'sentinel-role-password'")
    backup = on_volume.run("dump", "--no-verify").backup
    roles = volume.file(backup, "globals.sql").read_text()
    assert "CREATE ROLE reader;" in roles
    assert "PASSWORD" not in roles
    assert "SCRAM" not in roles


def test_rows_and_archive_are_of_one_snapshot(
    on_volume: Program, volume: Place, postgres: PostgresServer, sample: str
) -> None:
    """Rows that arrive while it dumps are in neither, although the archive takes longer than the count."""
    with postgres.database("moving") as name:
        postgres.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS i", database=name)
        moving = Program(postgres.url(name), volume, on_volume.result_path)
        with moving.running("dump") as process:
            added = 0
            while process.poll() is None:
                postgres.execute("INSERT INTO t VALUES (0)", database=name)
                added += 1
            outcome = moving.finished(process)
        assert outcome.code == 0, outcome.log
        assert added > 0
        drilled = moving.with_settings(BACKUP_DRILL_DATABASE_URL=postgres.url("postgres")).run("drill")
    assert drilled.code == 0, drilled.log


def test_list_shows_what_there_is(on_volume: Program) -> None:
    first = on_volume.run("dump", "--no-verify").backup
    second = on_volume.run("dump").backup
    table = on_volume.run("list").printed
    assert table.index(second) < table.index(first)
    document = json.loads(on_volume.run("list", "--json").printed)
    assert [(entry["id"], entry["verification"]) for entry in document] == [(second, "passed"), (first, None)]


def test_deployments_that_share_a_destination_do_not_see_each_other(on_volume: Program) -> None:
    on_volume.run("dump", "--no-verify")
    other = on_volume.with_settings(BACKUP_NAME="default").run("list", "--json")
    assert json.loads(other.printed) == []


@pytest.mark.parametrize("command", ["dump", "list", "verify", "restore", "drill"])
def test_no_secret_is_ever_said(in_bucket: Program, command: str, postgres: PostgresServer) -> None:
    """Whatever a command does, right or wrong, the passwords are in no output and no argument."""
    wrong = in_bucket.database_url.replace(postgres.password, "sentinel%2Fpassword")
    program = Program(wrong, in_bucket.place, in_bucket.result_path).with_settings(
        AWS_SECRET_ACCESS_KEY="sentinel-secret-key", BACKUP_DRILL_DATABASE_URL=wrong, LOG_LEVEL="DEBUG"
    )
    outcome = program.run(command)
    assert outcome.code != 0
    everything = outcome.log + outcome.printed + json.dumps(outcome.result)
    for secret in ("sentinel%2Fpassword", "sentinel/password", "sentinel-secret-key"):
        assert secret not in everything
