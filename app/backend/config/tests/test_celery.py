"""Celery's settings: where tasks go, and what becomes of them when a process dies."""

import importlib
import inspect

import pytest
from celery.app.task import Task
from django.apps import apps
from kombu.exceptions import OperationalError

from config.celery import QUEUES, TASK_TIME_LIMIT, app
from core.redis import broker

# What the stages' worker groups consume between them.
CONSUMED = {"default", "reviews", "email"}


def own_tasks():
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if not name.startswith("celery."))


def test_the_queues_are_those_of_the_contract():
    assert set(QUEUES) == CONSUMED == {queue.name for queue in app.amqp.queues.values()}


def test_every_task_of_every_app_is_known():
    for config in apps.get_app_configs():
        if not config.path.startswith(str(inspect.getfile(importlib.import_module("config")))[:-18]):
            continue
        try:
            module = importlib.import_module(f"{config.name}.tasks")
        except ModuleNotFoundError:
            continue
        own = {value.name for value in vars(module).values() if isinstance(value, Task)}
        assert own <= set(own_tasks())


@pytest.mark.parametrize("name", own_tasks())
def test_no_task_goes_to_a_queue_that_no_worker_consumes(name):
    """The old failure: routed to queues that nobody read."""
    route = app.amqp.router.route({}, name)

    queue = route["queue"]
    assert queue.name in CONSUMED
    # A queue with another's key would get every task of that other one too.
    assert queue.routing_key == queue.name


@pytest.mark.parametrize("name", own_tasks())
def test_a_task_is_put_into_one_queue_once(name):
    app.send_task(name)

    assert sum(broker().llen(queue) for queue in QUEUES) == 1


def test_a_task_for_an_unknown_queue_is_an_error_and_not_a_lost_message():
    with pytest.raises(Exception, match="nobody-reads-this"):
        app.send_task("outbox.tasks.deliver", queue="nobody-reads-this")
    assert sum(broker().llen(queue) for queue in QUEUES) == 0


def test_beat_sends_known_tasks_only():
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(own_tasks())


def test_what_keeps_tasks_from_being_lost():
    """Each was measured with workers and Redis killed; docs/application.md has the reasons."""
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_connection_max_retries is None
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit == TASK_TIME_LIMIT
    assert conf.broker_transport_options["unacked_restore_interval"] == 1


def test_days_begin_in_seoul():
    assert str(app.timezone) == "Asia/Seoul"


def test_a_broker_that_is_away_is_told_within_seconds(monkeypatch):
    from testing.services import free_port

    with (
        app.connection_for_write(f"redis://127.0.0.1:{free_port()}/0") as connection,
        pytest.raises(OperationalError),
    ):
        app.send_task("outbox.tasks.deliver", connection=connection)
