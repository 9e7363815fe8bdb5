"""With a replica: reads go on while the primary is away or hangs, and a write waits for the next one.

The replica of these tests is a real standby of the tests' server.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection, transaction
from kombu.exceptions import OperationalError
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import User
from contents.models import Content
from core import away
from core.redis import _client, cached, expect_broker
from testing.budgets import TASK_RUNS, wait_until
from testing.people import PASSWORD, person
from testing.programs import gunicorn
from testing.sentinels import Sentinels

pytestmark = pytest.mark.django_db(transaction=True)

# Seconds after which a user gives up.
USERS_PATIENCE = 4.0
# Seconds between two looks at a server that is away: nobody may find it back before the test has asked twice.
SELDOM = 3.0
NEW = {"title": "new", "body": "x"}


@pytest.fixture
def reader(transactional_db):
    made = person("reader@example.com")
    Content.objects.create(author=made.user, title="old", body="x")
    return made


@pytest.fixture
def headers(reader):
    return {"Authorization": reader.client._credentials["HTTP_AUTHORIZATION"]}


@pytest.fixture
def standby(reader, postgres_server):
    made = postgres_server.standby()
    yield made
    made.remove()


@pytest.fixture
def web(standby):
    name = connection.settings_dict["NAME"]
    with gunicorn(DATABASE_REPLICA_URL=standby.url(name), WEB_CONCURRENCY="1") as made:
        yield made


def reads(web, headers):
    """What the list says, in the time that a user has."""
    start = time.monotonic()
    answer = web.get("/api/contents/", headers=headers)
    assert time.monotonic() - start < USERS_PATIENCE
    return answer.status_code, answer.json().get("count")


def writes_again(web, headers):
    return web.post("/api/contents/", json=NEW, headers=headers).status_code == 201


def test_a_primary_that_hangs_is_left_for_the_replica(web, headers, postgres_server):
    # The reader has just written, and reads from the primary therefore.
    assert web.post("/api/contents/", json=NEW, headers=headers).status_code == 201
    wait_until("the replica follows", lambda: reads(web, headers) == (200, 2), TASK_RUNS)

    with postgres_server.frozen():
        assert [reads(web, headers) for _ in range(5)] == [(200, 2)] * 5
        ready = web.get("/api/health/ready/")

    assert (ready.status_code, ready.json()["status"]) == (200, "reading only")
    wait_until("it writes again", lambda: writes_again(web, headers), TASK_RUNS)


def test_no_thread_goes_on_asking_the_server_that_hung(web, headers, postgres_server, standby):
    """Another server takes over while the old one hangs: every kept connection to that one is left."""
    pool = ThreadPoolExecutor(8)
    assert all(pool.map(lambda _: writes_again(web, headers), range(16)))
    with pool, postgres_server.frozen(but_new=True):
        wait_until("it writes again", lambda: writes_again(web, headers), TASK_RUNS)
        assert all(pool.map(lambda _: writes_again(web, headers), range(16)))

    assert web.program.log.read_text().count("the primary is away") == 1


@pytest.fixture
def clustered(postgres_server, standby):
    """It knows both servers; the name of the primary goes on leading to the first."""
    name = connection.settings_dict["NAME"]
    members = ",".join(f"127.0.0.1:{server.port}" for server in (postgres_server, standby))
    environment = {"DATABASE_REPLICA_URL": standby.url(name), "DATABASE_MEMBERS": members}
    with gunicorn(**environment, WEB_CONCURRENCY="1") as made:
        yield made


def test_a_write_finds_the_server_that_took_over(clustered, headers, postgres_outage, standby):
    assert writes_again(clustered, headers)
    with postgres_outage():
        wait_until("the outage is noticed", lambda: "reading only" in ready(clustered), TASK_RUNS)
        standby.promote()
        wait_until("it writes again", lambda: writes_again(clustered, headers), TASK_RUNS)
        assert reads(clustered, headers) == (200, 3)


def test_a_server_that_hangs_keeps_no_one_from_the_next(clustered, headers, postgres_server, standby):
    assert writes_again(clustered, headers)
    with postgres_server.frozen():
        standby.promote()
        wait_until("it writes again", lambda: writes_again(clustered, headers), TASK_RUNS)


def test_a_replica_that_is_away_is_left_for_the_primary(web, headers, standby):
    assert reads(web, headers) == (200, 1)
    standby.stop()

    assert [reads(web, headers) for _ in range(3)] == [(200, 1)] * 3


def test_a_write_waits_for_the_next_primary_and_is_done_once(web, headers, postgres_outage):
    with ThreadPoolExecutor(1) as pool, postgres_outage():
        asked = pool.submit(web.post, "/api/contents/", json=NEW, headers=headers)
        wait_until("the outage is noticed", lambda: "reading only" in ready(web), TASK_RUNS)
        assert reads(web, headers) == (200, 1)
        assert not asked.done()

    assert asked.result().status_code == 201
    assert Content.objects.filter(title="new").count() == 1


def ready(web):
    return web.get("/api/health/ready/").json()["status"]


def test_a_write_of_which_a_part_is_done_is_not_repeated(web, reader):
    """A login writes its token, then the user's last login, which waits for a lock here."""
    # As the server's own settings have it: tests have a quicker one.
    reader.user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-test")
    reader.user.save()
    login = {"email": reader.user.email, "password": PASSWORD}
    with ThreadPoolExecutor(1) as pool, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_user IN SHARE MODE")
        asked = pool.submit(web.post, "/api/auth/token/", json=login)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
        wait_until("the write waits", lambda: cursor.execute(ended) or cursor.fetchall(), TASK_RUNS)
        answer = asked.result()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert (OutstandingToken.objects.count(), User.objects.filter(last_login=None).count()) == (1, 1)


def test_a_longer_outage_keeps_no_write_waiting(web, headers, postgres_outage):
    with postgres_outage():
        first = web.post("/api/contents/", json=NEW, headers=headers)
        start = time.monotonic()
        second = web.post("/api/contents/", json=NEW, headers=headers)

    assert [first.status_code, second.status_code] == [503, 503]
    assert time.monotonic() - start < USERS_PATIENCE


@pytest.fixture
def sentinels():
    """What `cached` asks during the test; so slow that the outage lasts for all of its questions."""
    with Sentinels(down_after=6000) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        _client.cache_clear()
        patch.setattr(away, "_BETWEEN_TRIES", SELDOM)
        yield made
    _client.cache_clear()


def test_a_master_that_is_gone_is_waited_for_once(sentinels):
    client = cached()
    assert client.set("kept", 1)
    assert client.pipeline().get("kept").execute() == [b"1"]
    sentinels.kill_master()
    with pytest.raises(redis.RedisError):
        client.get("kept")

    start = time.monotonic()
    for ask in (client.ping, client.pipeline().incr("kept").execute):
        with pytest.raises(redis.ConnectionError, match="is away"):
            ask()
    assert time.monotonic() - start < SELDOM

    # A user who starts a task does not wait for it either.
    with pytest.raises(OperationalError):
        expect_broker()
    start = time.monotonic()
    with pytest.raises(OperationalError, match="is away"):
        expect_broker()
    assert time.monotonic() - start < SELDOM

    wait_until("the replica is the master", lambda: not client.server.away, TASK_RUNS)
    assert client.ping()
