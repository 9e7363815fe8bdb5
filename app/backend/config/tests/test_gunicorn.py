"""gunicorn as in the Pod: starts, stops and survives its database without a failed request."""

import json
import signal
import threading

import pytest
from django.db import connection, transaction

from testing.budgets import TASK_RUNS, wait_until
from testing.programs import gunicorn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web():
    with gunicorn(WEB_CONCURRENCY="2") as made:
        yield made


def test_every_line_of_the_log_is_json(web):
    web.get("/api/contents/", headers={"X-Request-ID": "one-two-three"})
    wait_until("the line", lambda: "one-two-three" in web.program.log.read_text(), TASK_RUNS)

    web.program.stop()

    lines = [json.loads(line) for line in web.program.log.read_text().splitlines()]
    assert any(line.get("request_id") == "one-two-three" and line["status"] == 401 for line in lines)
    assert any(line["logger"] == "gunicorn.error" for line in lines)


def test_measurements_of_all_processes_are_summed(web):
    for _ in range(30):
        web.get("/api/health/live/")

    lines = web.get("/metrics").text.splitlines()

    (count,) = [line for line in lines if "_count{" in line and "health/live" in line]
    assert float(count.split()[-1]) == 30


def test_a_database_that_restarts_costs_no_request_afterwards(web, postgres_outage, owner):
    """Each process holds a connection from before; the first request after the restart finds a new one."""
    token = owner.client._credentials["HTTP_AUTHORIZATION"]
    for _ in range(20):
        assert web.get("/api/review/today/", headers={"Authorization": token}).status_code == 200
    with postgres_outage():
        assert web.get("/api/health/ready/").status_code == 503
        assert web.get("/api/health/live/").status_code == 200

    answers = {web.get("/api/review/today/", headers={"Authorization": token}).status_code for _ in range(20)}

    assert answers == {200}


def test_a_request_on_its_way_is_answered_before_the_end(web, owner):
    """It waits for a table that the test has locked while gunicorn is told to stop."""
    headers = {"Authorization": owner.client._credentials["HTTP_AUTHORIZATION"]}
    answers = []
    asking = threading.Thread(
        target=lambda: answers.append(web.get("/api/categories/", headers=headers).status_code)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE categories_category IN ACCESS EXCLUSIVE MODE")
        asking.start()
        wait_until("the request waits in the database", lambda: waiting(cursor), TASK_RUNS)
        web.program.process.send_signal(signal.SIGTERM)
        wait_until(
            "gunicorn stops", lambda: "Handling signal: term" in web.program.log.read_text(), TASK_RUNS
        )
    asking.join()

    assert answers == [200]
    assert web.program.process.wait(TASK_RUNS) == 0


def waiting(cursor):
    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return cursor.fetchone()[0]
