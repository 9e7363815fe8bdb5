"""A restored database is known by itself: nothing kept from before it is shown, and nobody has to say so."""

from contextlib import contextmanager

import pytest
from django.db import connection

from contents.models import Content
from core.identity import identity

TODAY = "/api/review/today/"


def titles(person):
    return [row["content"]["title"] for row in person.get(TODAY).json()["results"]]


def rename(server, old, new):
    """As the swap of a restore does it: whoever is connected is cut off."""
    server.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{old}'")
    server.execute(f'ALTER DATABASE "{old}" RENAME TO "{new}"')


@contextmanager
def copied(server):
    """A copy of the test's database as it is now; the block may let it take the original's place."""
    name = connection.settings_dict["NAME"]
    connection.close()
    server.execute(f'CREATE DATABASE copied TEMPLATE "{name}"')

    def swap():
        rename(server, name, "replaced")
        rename(server, "copied", name)

    yield swap
    rename(server, name, "copied")
    rename(server, "replaced", name)
    server.execute("DROP DATABASE copied")


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_database_before_is_shown_after_a_restore(owner, postgres_server):
    Content.objects.create(author=owner.user, title="Water", body="mizu")
    with copied(postgres_server) as restore:
        Content.objects.create(author=owner.user, title="Fire", body="hi")
        assert titles(owner) == titles(owner) == ["Water", "Fire"]  # the second time it is kept

        restore()

        assert titles(owner) == ["Water"]
    assert titles(owner) == ["Water", "Fire"]


@pytest.mark.django_db(transaction=True)
def test_another_server_is_another_database(postgres_outage):
    """As after a failover, whose last writes may be missing."""
    before = identity()

    with postgres_outage():
        pass

    assert connection.ensure_connection() is None
    assert identity() != before


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_to_the_same_database_changes_nothing(owner):
    Content.objects.create(author=owner.user, title="Water", body="mizu")
    before = identity()
    connection.close()

    assert titles(owner) == ["Water"]
    assert identity() == before
