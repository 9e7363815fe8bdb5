"""`manage.py migrate`: beside traffic, beside itself, and nothing left unmade."""

import time

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate

from testing.budgets import PROCESS_IS_READY, TASK_RUNS
from testing.programs import running


def test_every_change_of_a_model_has_its_migration(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_each_own_app_has_one_migration_to_begin_with():
    """An empty database is filled in seconds."""
    own = {
        config.label for config in apps.get_app_configs() if config.path.startswith(str(settings.BASE_DIR))
    }
    initial = [
        app for app, name in MigrationLoader(None).disk_migrations if app in own and name.startswith("0001_")
    ]

    assert initial
    assert len(initial) == len(set(initial))


@pytest.mark.django_db(transaction=True)
def test_a_migration_gives_way_to_traffic(settings):
    """It waits for a lock no longer than it was told to, whatever it wants to change."""
    settings.MIGRATE_LOCK_TIMEOUT = "100ms"

    def alter(**_):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE contents_content IN ACCESS EXCLUSIVE MODE")

    other = connection.copy()
    other.set_autocommit(False)
    pre_migrate.connect(alter)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM contents_content")
        start = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            call_command("migrate", verbosity=0)
        assert time.monotonic() - start < TASK_RUNS
    finally:
        pre_migrate.disconnect(alter)
        other.close()
        connection.close()


@pytest.fixture
def empty_database(transactional_db, postgres_server):
    postgres_server.execute("CREATE DATABASE empty")
    yield "empty"
    postgres_server.execute("DROP DATABASE empty WITH (FORCE)")


def test_two_migrations_at_once_both_end_well(empty_database):
    """A Job that is retried while its first Pod still runs."""
    command = ("manage.py", "migrate", "--noinput")
    with (
        running(*command, database=empty_database) as one,
        running(*command, database=empty_database) as two,
    ):
        codes = [program.process.wait(PROCESS_IS_READY) for program in (one, two)]

    assert codes == [0, 0], one.log.read_text() + two.log.read_text()
