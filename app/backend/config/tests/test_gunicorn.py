"""gunicorn as in the Pod: starts, stops and survives its database without a failed request."""

import json
import signal
import threading

import pytest

from testing.budgets import TASK_RUNS, wait_until
from testing.programs import gunicorn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


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


def test_a_request_on_its_way_is_answered_before_the_end(web):
    answers = []

    def ask():
        answers.append(web.get("/api/schema/").status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    web.program.process.send_signal(signal.SIGTERM)
    asking.join()

    assert answers == [200]
    assert web.program.process.wait(TASK_RUNS) == 0
