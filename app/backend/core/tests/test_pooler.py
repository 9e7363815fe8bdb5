"""Behind PgBouncer in mode transaction: connections to the server come and go, and requests are answered.

PgBouncer follows the primary, as the relay in these tests stands for the primary's Service.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from contents.models import Content
from testing.budgets import TASK_RUNS, wait_until
from testing.people import person
from testing.pooling import PgBouncer, Relay
from testing.programs import gunicorn

pytestmark = pytest.mark.django_db(transaction=True)

NEW = {"title": "new", "body": "x"}
# Seconds after which a user gives up.
USERS_PATIENCE = 4.0
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> {}"


@pytest.fixture
def reader(transactional_db):
    made = person("reader@example.com")
    Content.objects.create(author=made.user, title="old", body="x")
    return made


@pytest.fixture
def headers(reader):
    return {"Authorization": reader.client._credentials["HTTP_AUTHORIZATION"]}


@pytest.fixture
def service(postgres_server):
    made = Relay(postgres_server.port)
    yield made
    made.close()


@pytest.fixture
def pooler(service):
    made = PgBouncer(service.port)
    made.start()
    yield made
    made.remove()


@pytest.fixture
def pooled(pooler):
    return {
        "DATABASE_POOLER": f"127.0.0.1:{pooler.port}",
        "DISABLE_SERVER_SIDE_CURSORS": "true",
        "DATABASE_CONN_MAX_AGE": "15",
        "WEB_CONCURRENCY": "1",
    }


def end_all():
    """End every other session on the test's database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
        cursor.execute(END_ALL.format(connection.settings_dict["NAME"], own))


def writes(web, headers):
    return web.post("/api/contents/", json=NEW, headers=headers).status_code == 201


def test_connections_of_the_server_that_end_between_requests_fail_none(reader, headers, pooled):
    with gunicorn(**pooled) as web:
        for _ in range(5):
            end_all()
            assert web.get("/api/contents/", headers=headers).status_code == 200
            end_all()
            assert writes(web, headers)
    assert Content.objects.filter(title="new").count() == 5


def test_requests_that_are_cut_are_asked_again(reader, headers, pooled):
    """All connections to the server end at once, in the middle of requests; one may be cut twice."""
    with gunicorn(**pooled) as web, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(web.get, "/api/contents/", headers=headers) for _ in range(100)]
        end_all()
        found = [one.result().status_code for one in asked]
        assert set(found) <= {200, 503}
        assert found.count(200) >= 90
        assert web.get("/api/contents/", headers=headers).status_code == 200


def test_a_server_that_comes_back_is_found(reader, headers, pooled, postgres_outage):
    with gunicorn(**pooled) as web:
        with postgres_outage():
            assert web.post("/api/contents/", json=NEW, headers=headers).status_code == 503
        wait_until("it writes again", lambda: writes(web, headers), TASK_RUNS)


@pytest.fixture
def standby(reader, postgres_server):
    made = postgres_server.standby()
    yield made
    made.remove()


@pytest.fixture
def web(standby, pooled):
    name = connection.settings_dict["NAME"]
    members = {"DATABASE_REPLICA_URL": standby.url(name), "DATABASE_MEMBERS": "127.0.0.1:1"}
    with gunicorn(**pooled, **members) as made:
        yield made


def reads(web, headers):
    start = time.monotonic()
    answer = web.get("/api/contents/", headers=headers)
    assert time.monotonic() - start < USERS_PATIENCE
    return answer.status_code


def test_a_server_that_takes_over_is_followed(web, headers, postgres_outage, standby, service):
    assert writes(web, headers)
    with postgres_outage():
        assert reads(web, headers) == 200
        standby.promote()
        service.target = standby.port
        wait_until("it writes again", lambda: writes(web, headers), TASK_RUNS)
        assert reads(web, headers) == 200


def test_a_server_that_hangs_is_left(web, headers, postgres_server, standby, service):
    assert writes(web, headers)
    with postgres_server.frozen():
        assert reads(web, headers) == 200
        standby.promote()
        service.target = standby.port
        wait_until("it writes again", lambda: writes(web, headers), TASK_RUNS)
        assert reads(web, headers) == 200
