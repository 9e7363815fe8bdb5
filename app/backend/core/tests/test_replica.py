"""With a replica: reads that may be stale go there, and a user reads own writes from the primary.

The replica of these tests is a copy that gets nothing from the primary any more: what is read from it shows.
"""

import pytest
from django.conf import settings
from django.db import connection

from categories.models import Category
from contents.models import Content
from core import replica
from core.redis import cached
from testing.budgets import TASK_RUNS, wait_until
from testing.people import person
from testing.programs import gunicorn, url_of

LAG = 6  # seconds: within them a busy machine answers a write and four reads
PATHS = ("/api/review/today/", "/api/contents/", "/api/categories/", "/api/review/category-stats/")


def test_the_router_keeps_to_the_primary_unless_told_otherwise():
    router = replica.ReplicaRouter()

    assert router.db_for_read(Category) == router.db_for_write(Category) == "default"
    assert router.allow_migrate("default", "contents")
    assert not router.allow_migrate("replica", "contents")


def test_what_one_request_may_do_does_not_reach_the_next(owner, monkeypatch):
    """Not even after a request that failed."""
    read_from = []

    def broken(_):
        read_from.append(replica.ReplicaRouter().db_for_read(Content))
        raise RuntimeError

    monkeypatch.setitem(settings.DATABASES, "replica", settings.DATABASES["default"])
    monkeypatch.setattr("reviews.views.by_category", broken)
    owner.client.raise_request_exception = False

    assert owner.get("/api/review/category-stats/").status_code == 500
    assert read_from == ["replica"]
    assert replica.ReplicaRouter().db_for_read(Content) == "default"


@pytest.fixture
def reader(transactional_db):
    return person("reader@example.com")


@pytest.fixture
def copy(reader, postgres_server):
    """A database that is the test's as it is now."""
    Content.objects.create(author=reader.user, title="old", body="x")
    name = connection.settings_dict["NAME"]
    connection.close()
    postgres_server.execute(f'CREATE DATABASE "replica" TEMPLATE "{name}"')
    yield url_of("replica")
    postgres_server.execute('DROP DATABASE "replica" WITH (FORCE)')


@pytest.fixture
def web(copy):
    with gunicorn(DATABASE_REPLICA_URL=copy, REPLICA_LAG_SECONDS=str(LAG)) as made:
        yield made


def test_a_user_reads_own_writes_from_the_primary_and_else_from_the_replica(web, reader):
    headers = {"Authorization": reader.client._credentials["HTTP_AUTHORIZATION"]}

    def counts():
        return [web.get(path, headers=headers).json()["count"] for path in PATHS]

    # Written by somebody else: the replica has not heard of it, and it may be stale.
    kanji = Category.objects.create(owner=reader.user, name="Kanji")
    Content.objects.create(author=reader.user, title="new", body="x", category=kanji)
    assert counts() == [1, 1, 0, 1]
    assert web.get("/api/analytics/dashboard/", headers=headers).json()["total_contents"] == 1

    # Written by the reader: it shows at once, and so does everything else.
    written = web.post("/api/contents/", json={"title": "own", "body": "x"}, headers=headers)
    assert written.status_code == 201
    assert counts() == [3, 3, 1, 2]

    # Once the replica must have caught up it is read again.
    wait_until("the marker is gone", lambda: not cached().exists(f"wrote:{reader.user.pk}"), TASK_RUNS)
    assert counts() == [1, 1, 0, 1]
