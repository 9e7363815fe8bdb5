"""Beat: one at a time, catching up, and judged by itself alone."""

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from config import beat
from config.celery import app
from core.redis import _client, broker
from testing.budgets import PROCESS_IS_READY, TASK_RUNS, wait_until
from testing.programs import running
from testing.services import free_port

REMINDERS = "send-reminders"


@pytest.fixture
def scheduler():
    """Makes beats that send into the queues of the test's Redis."""
    made = []

    def make():
        made.append(beat.LockedScheduler(app=app))
        return made[-1]

    yield make
    for each in made:
        each.close()


def missed(name, ago=timedelta(hours=2)):
    broker().hset(beat._LAST_RUNS, name, (timezone.now() - ago).isoformat())


def turn(scheduler):
    """Ticks until nothing is due."""
    while not scheduler.tick():
        pass


def sent():
    return sum(broker().llen(queue) for queue in ("default", "reviews", "email"))


def test_a_beat_that_was_away_catches_up_once(scheduler):
    missed(REMINDERS)

    turn(scheduler())

    assert broker().llen("reviews") == 1
    assert sent() == 1


def test_a_beat_that_starts_anew_remembers_and_repeats_nothing(scheduler):
    missed(REMINDERS)
    first = scheduler()
    turn(first)
    first.close()

    turn(scheduler())

    assert broker().llen("reviews") == 1


def test_of_two_beats_one_sends(scheduler):
    missed(REMINDERS)
    first, second = scheduler(), scheduler()

    turn(first)
    missed(REMINDERS)
    turn(second)

    assert sent() == 1


def test_the_second_takes_over_when_the_first_stops(scheduler):
    first, second = scheduler(), scheduler()
    turn(first)
    turn(second)

    first.close()
    missed(REMINDERS)
    turn(second)

    assert sent() == 1


def test_the_second_takes_over_from_one_that_was_killed(scheduler, monkeypatch):
    monkeypatch.setattr(beat, "LOCK_TIMEOUT", 0.2)
    first, second = scheduler(), scheduler()
    turn(first)
    missed(REMINDERS)

    wait_until("the lock runs out", lambda: turn(second) or sent(), TASK_RUNS)

    assert sent() == 1


def test_a_beat_that_lost_its_lock_sends_nothing(scheduler, monkeypatch):
    """It was frozen for longer than the lock lasts, and another one works by now."""
    first, second = scheduler(), scheduler()
    turn(first)
    broker().delete(beat._LOCK)
    turn(second)
    missed(REMINDERS)
    first._remember()

    turn(first)

    assert sent() == 0


def test_a_schedule_that_is_taken_out_is_forgotten(scheduler):
    missed("no-longer-there")

    turn(scheduler())

    assert sent() == 0


def test_without_redis_beat_waits_and_is_alive(scheduler, settings, caplog):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    _client.cache_clear()
    away = beat.LockedScheduler(app=app)

    assert away.tick() == beat.WAIT
    assert "beat waits" in caplog.text


def test_reminders_come_on_the_hour_in_every_zone():
    minutes = app.conf.beat_schedule[REMINDERS]["schedule"].minute

    assert {0, 15, 30, 45} == minutes


@pytest.mark.django_db(transaction=True)
def test_beats_health_is_beats_own_and_not_that_of_workers_or_broker(redis_server):
    """The old failure: beat's check asked the workers. Here there is none, and in the end no Redis either."""
    with running("-m", "celery", "-A", "config", "beat") as program:
        assert "does not exist" in program.probe("beat_alive").stderr
        wait_until("beat is alive", lambda: program.passes("beat_alive"), PROCESS_IS_READY)
        missed(REMINDERS)

        redis_server.stop()
        try:
            (program.folder / "beat-alive").unlink()
            wait_until("beat is alive without Redis", lambda: program.passes("beat_alive"), PROCESS_IS_READY)
        finally:
            redis_server.start()
        wait_until("beat has its lock", lambda: broker().exists(beat._LOCK), PROCESS_IS_READY)

        program.kill()
        stale = time.time() - 61
        os.utime(program.folder / "beat-alive", (stale, stale))
        assert "at most 60 s are allowed" in program.probe("beat_alive").stderr
