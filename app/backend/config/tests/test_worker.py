"""A real worker: it consumes all queues, says so, survives its broker, and loses nothing when killed."""

import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from config.celery import QUEUES, app
from core.redis import broker, cached
from testing.budgets import PROCESS_IS_READY, TASK_RUNS, wait_until
from testing.programs import worker
from testing.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)

HOLD = "outbox.tasks.hold_for_tests"


@pytest.fixture
def ready_worker():
    with worker("--include", "testing.tasks") as program:
        wait_until("the worker is ready", lambda: program.passes("worker_ready"), PROCESS_IS_READY)
        yield program


def counted():
    return {field.decode() for field in cached().hgetall("metrics:tasks")}


def waits_for(key, count=1):
    return wait_until(f"{count} of {key}", lambda: cached().llen(key) >= count, TASK_RUNS)


def test_every_queue_is_consumed(ready_worker):
    """A task of each queue runs: none lies where nobody looks."""
    assert (ready_worker.folder / "worker-ready").read_text() == ",".join(QUEUES)

    names = ("analytics.tasks.sweep_exports", "notifications.tasks.send_reminders", "outbox.tasks.deliver")
    for name in names:
        app.send_task(name)

    for name in names:
        wait_until(
            f"{name} is done",
            lambda name=name: any(field.startswith(f"run|{name}|SUCCESS|") for field in counted()),
            TASK_RUNS,
        )
    assert ready_worker.passes("worker_alive")


def test_a_result_is_visible_to_the_caller(ready_worker, owner):
    owner.post("/api/contents/", title="Water", body="mizu")

    task_id = owner.post("/api/analytics/export/").json()["task_id"]

    def done():
        answer = owner.get(f"/api/analytics/export/{task_id}/").json()
        return answer if answer["status"] != "pending" else None

    answer = wait_until("the export is done", done, TASK_RUNS)
    assert (answer["status"], answer["result"]["count"]) == ("done", 1)


def test_a_request_can_be_followed_into_its_task(ready_worker, owner):
    request_id = uuid4().hex

    owner.client.post("/api/analytics/export/", {}, headers={"X-Request-ID": request_id})

    def traced():
        lines = ready_worker.log.read_text().splitlines()
        return any(request_id in line and "make_export" in line for line in lines)

    wait_until("the task's line has the request's id", traced, TASK_RUNS)


def test_a_broker_that_goes_and_comes_costs_readiness_and_not_life(ready_worker, redis_server):
    redis_server.stop()
    try:
        wait_until("not ready", lambda: not ready_worker.passes("worker_ready"), PROCESS_IS_READY)
        assert ready_worker.passes("worker_alive")
    finally:
        redis_server.start()

    wait_until("ready again", lambda: ready_worker.passes("worker_ready"), PROCESS_IS_READY)
    app.send_task("outbox.tasks.deliver")
    wait_until("a task runs", lambda: any("deliver|SUCCESS" in field for field in counted()), TASK_RUNS)


def test_a_task_whose_process_is_killed_runs_again(ready_worker):
    app.send_task(HOLD, ("one",))
    waits_for("started:one")

    os.kill(int(cached().lindex("started:one", 0)), signal.SIGKILL)

    waits_for("started:one", 2)
    cached().set("release:one", 1)
    waits_for("finished:one")


def test_a_worker_that_is_told_to_stop_finishes_its_task(ready_worker):
    app.send_task(HOLD, ("last",))
    waits_for("started:last")
    ready_worker.process.terminate()
    wait_until("not ready", lambda: not ready_worker.passes("worker_ready"), TASK_RUNS)

    cached().set("release:last", 1)

    assert ready_worker.process.wait(TASK_RUNS) == 0
    assert cached().llen("finished:last") == 1
    assert broker().hlen("unacked") == 0


@pytest.mark.slow
def test_tasks_of_a_killed_worker_are_taken_over():
    """With the shortest limits the visibility timeout is 45 s; a test of it cannot be shorter."""
    limit = {"CELERY_TASK_TIME_LIMIT": "15"}
    with worker("--include", "testing.tasks", **limit) as first:
        wait_until("the worker is ready", lambda: first.passes("worker_ready"), PROCESS_IS_READY)
        app.send_task(HOLD, ("lost",))
        waits_for("started:lost")
        first.kill()
    cached().set("release:lost", 1)

    with worker("--include", "testing.tasks", **limit):
        wait_until("the task is taken over", lambda: cached().llen("finished:lost"), 3 * TASK_RUNS)

    assert broker().hlen("unacked") == 0


SHORT, LONG = 60, 1000


@pytest.fixture
def marks(tmp_path):
    return tmp_path / "marks"


def done(marks):
    """Numbers of the tasks that have run, from the file: it outlives worker and Redis."""
    return marks.read_text().split() if marks.exists() else []


def kill_things_in_the_middle(marks, redis_server, count):
    """`count` tasks; meanwhile a process of the worker dies, and then Redis, each by kill -9.

    With the shortest limit: what ran while Redis died comes back after 42 s.
    """
    settings = {"TEST_MARKS": str(marks), "CELERY_TASK_TIME_LIMIT": "12"}
    with worker("--include", "testing.tasks", **settings) as program:
        wait_until("the worker is ready", lambda: program.passes("worker_ready"), PROCESS_IS_READY)
        for number in range(count):
            app.send_task("outbox.tasks.mark_for_tests", (number,))
        wait_until("a fifth has run", lambda: len(done(marks)) >= count // 5, TASK_RUNS)
        os.kill(child_of(program.process.pid), signal.SIGKILL)
        wait_until("two fifths have run", lambda: len(done(marks)) >= 2 * count // 5, TASK_RUNS)
        redis_server.kill()
        redis_server.start()
        wait_until("every task has run", lambda: len(set(done(marks))) == count, 3 * TASK_RUNS)


def child_of(pid):
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[-1])


def test_no_task_is_lost_by_kills(marks, redis_server):
    kill_things_in_the_middle(marks, redis_server, SHORT)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_none_of_a_thousand_tasks_is_lost_by_kills(marks, redis_server):
    kill_things_in_the_middle(marks, redis_server, LONG)


@pytest.fixture
def gone_over(redis_server):
    """Makes the server refuse as in a failover, until the end of the test at the latest."""
    client = redis_server.client()
    yield {
        "READONLY": (
            lambda: client.replicaof("127.0.0.1", free_port()),
            lambda: client.replicaof("NO", "ONE"),
        ),
        "NOREPLICAS": (
            lambda: client.config_set("min-replicas-to-write", 1),
            lambda: client.config_set("min-replicas-to-write", 0),
        ),
    }
    client.replicaof("NO", "ONE")
    client.config_set("min-replicas-to-write", 0)


@pytest.mark.parametrize("answer", ["READONLY", "NOREPLICAS"])
def test_a_worker_outlives_what_redis_answers_in_a_failover(ready_worker, gone_over, answer):
    """A master that became a replica breaks off the wait (UNBLOCKED) and refuses to hand out; so does one
    without replicas."""
    begin, end = gone_over[answer]
    begin()
    wait_until("not ready", lambda: not ready_worker.passes("worker_ready"), PROCESS_IS_READY)
    assert ready_worker.passes("worker_alive")
    assert "Connection to broker lost" in ready_worker.log.read_text()
    end()

    wait_until("ready again", lambda: ready_worker.passes("worker_ready"), PROCESS_IS_READY)
    app.send_task("outbox.tasks.say_for_tests", ("after",))
    wait_until("a task runs", lambda: cached().exists("said:after"), TASK_RUNS)
    assert ready_worker.process.poll() is None
