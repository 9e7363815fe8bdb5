"""/api/health/: what it says must be so.

Here a health endpoint that says 200 without looking at the database, one of the old failures, is impossible.
"""

import pytest
from django.db import connections
from django.test import override_settings

from core.redis import _client
from health import checks
from testing.services import free_port

READY = "/api/health/ready/"
DETAILED = "/api/health/detailed/"


@pytest.fixture
def database_away(postgres_outage):
    with postgres_outage():
        yield


def test_live_touches_neither_database_nor_redis(client, django_db_blocker):
    """Without the `db` fixture a query is an error; the broker's address is nobody's."""
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0", CACHE_URL="redis://127.0.0.1:1/1"):
        answer = client.get("/api/health/live/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_says_what_it_has_checked(client, db):
    answer = client.get(READY)

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok", "cache": "ok"},
    }


def test_not_ready_without_the_database(client, database_away):
    answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["database"] == "does not answer (OperationalError)"
    assert answer.json()["checks"]["broker"] == "ok"


@pytest.fixture
def standby(transactional_db, postgres_server):
    """The database, become a standby."""
    signal = postgres_server.folder / "data" / "standby.signal"
    postgres_server.stop()
    signal.touch()
    postgres_server.start()
    yield
    postgres_server.stop()
    signal.unlink()
    postgres_server.start()
    connections.close_all()


def test_not_ready_at_a_standby(client, standby):
    """After a failover a kept connection may lead to what was the primary: reads work, no write does."""
    connections["default"].ensure_connection()
    kept = connections["default"].connection

    answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "is a standby, which cannot be written to"
    assert kept.closed


@pytest.mark.parametrize(("setting", "check"), [("REDIS_URL", "broker"), ("CACHE_URL", "cache")])
def test_not_ready_without_redis(client, db, settings, setting, check):
    setattr(settings, setting, f"redis://:secret@127.0.0.1:{free_port()}/0")
    _client.cache_clear()

    answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json()["checks"][check] == "does not answer (ConnectionError)"
    assert "secret" not in answer.content.decode()


def test_not_ready_while_a_migration_of_the_image_is_not_applied(client, db):
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'reviews'")

    answer = client.get(READY)

    assert answer.status_code == 503
    assert "the first is reviews.0001_initial" in answer.json()["checks"]["migrations"]


def test_ready_on_a_database_that_is_ahead(client, db):
    """After a rollback the database has migrations that the older image does not know."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('reviews', '0999_next', now())"
        )

    assert client.get(READY).status_code == 200


def test_detailed_gives_latencies(client, db):
    parts = client.get(DETAILED).json()["checks"]

    assert set(parts) == set(checks.CHECKS)
    assert all(part["status"] == "ok" and 0 < part["latency_ms"] < 2000 for part in parts.values())


def test_detailed_leaks_no_address(client, database_away):
    answer = client.get(DETAILED)

    assert answer.status_code == 503
    assert "127.0.0.1" not in answer.content.decode()


def test_probes_are_not_throttled(client, settings, monkeypatch):
    monkeypatch.setattr("core.throttles.AnonThrottle.rate", "1/hour", raising=False)

    assert [client.get("/api/health/live/").status_code for _ in range(5)] == [200] * 5


@pytest.mark.parametrize("host", ["localhost", "localhost:8000"])
def test_the_kubelet_asks_for_localhost(client, db, host):
    assert client.get(READY, headers={"Host": host}).status_code == 200


def test_an_unknown_host_is_refused(client, db):
    assert client.get("/api/contents/", headers={"Host": "evil.example"}).status_code == 400
