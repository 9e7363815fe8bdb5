"""`manage.py preflight`: what the migrations of an image would do, and whether it fits the data."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from core.locks import FOREIGN_KEY, NEITHER, NONE, READS_AND_WRITES, ROWS, UNKNOWN, WRITES, lock_of
from core.management.commands import preflight


@pytest.fixture
def recorder(db):
    return MigrationRecorder(connection)


def test_nothing_to_do_is_said(recorder, tmp_path):
    call_command("preflight", "--report", str(tmp_path / "answer"))

    assert json.loads((tmp_path / "answer").read_text()) == {
        "ok": True,
        "count": 0,
        "migrations": [],
        "statements": [],
    }


def test_each_statement_is_told_with_its_lock(recorder):
    recorder.record_unapplied("outbox", "0001_initial")
    answer = preflight.examine()

    assert answer["migrations"] == ["outbox.0001_initial"]
    assert answer["statements"][0]["sql"].startswith('CREATE TABLE "outbox_')
    assert answer["statements"][0]["lock"] == NONE
    assert {one["migration"] for one in answer["statements"]} == {"outbox.0001_initial"}


def test_answer_fits_a_termination_message(recorder):
    for app, name in list(recorder.applied_migrations()):
        recorder.record_unapplied(app, name)
    answer = preflight.examine()

    assert answer["truncated"]
    assert answer["count"] > 10
    assert len(json.dumps(answer)) <= 4096


def test_image_older_than_the_data_is_refused(recorder, tmp_path):
    recorder.record_applied("contents", "0099_of_the_future")
    with pytest.raises(CommandError, match=r"contents\.0099_of_the_future"):
        call_command("preflight", "--report", str(tmp_path / "answer"))

    assert json.loads((tmp_path / "answer").read_text())["ok"] is False


def test_migrations_of_an_app_that_is_gone_are_no_obstacle(recorder):
    recorder.record_applied("an_old_app", "0001_initial")

    assert preflight.examine()["ok"]


def test_python_in_a_migration_is_named(db):
    class Fill(migrations.Migration):
        operations = [migrations.RunPython(migrations.RunPython.noop)]

    loader = MigrationExecutor(connection).loader
    migration = Fill("0002_fill", "contents")
    loader.graph.add_node(("contents", "0002_fill"), migration)
    loader.graph.add_dependency(migration, ("contents", "0002_fill"), ("contents", "0001_initial"))
    (statement,) = preflight.statements(loader.collect_sql([(migration, False)]))

    assert statement == "-- Raw Python operation"
    assert lock_of(statement) == UNKNOWN


@pytest.mark.parametrize(
    ("statement", "lock"),
    [
        ('CREATE TABLE "a" ("id" bigint)', NONE),
        ('ALTER TABLE "a" ADD COLUMN "b" integer NULL', READS_AND_WRITES),
        ('ALTER TABLE "a" ADD CONSTRAINT "f" FOREIGN KEY ("b") REFERENCES "c" ("id")', FOREIGN_KEY),
        ('ALTER TABLE "a" ADD CONSTRAINT "u" UNIQUE ("b")', READS_AND_WRITES),
        ('ALTER TABLE "a" VALIDATE CONSTRAINT "f"', NEITHER),
        ('CREATE INDEX "i" ON "a" ("b")', WRITES),
        ('CREATE UNIQUE INDEX "i" ON "a" ("b")', WRITES),
        ('CREATE INDEX CONCURRENTLY "i" ON "a" ("b")', NEITHER),
        ('DROP INDEX "i"', READS_AND_WRITES),
        ('UPDATE "a" SET "b" = 1', ROWS),
        ('DROP TABLE "a"', READS_AND_WRITES),
        ("VACUUM FULL", READS_AND_WRITES),
    ],
)
def test_lock_of_a_statement(statement, lock):
    assert lock_of(statement) == lock
