"""Tasks for tests of the worker: loaded with `--include testing.tasks`."""

import os
import time

from celery import shared_task

from core.redis import cached


@shared_task(name="outbox.tasks.hold_for_tests")
def hold(name: str) -> None:
    """Notes its process, then waits until `release:NAME` exists."""
    cached().rpush(f"started:{name}", os.getpid())
    while not cached().exists(f"release:{name}"):
        time.sleep(0.05)
    cached().rpush(f"finished:{name}", os.getpid())


@shared_task(name="outbox.tasks.say_for_tests")
def say(word: str) -> None:
    """Leaves `said:WORD` in the cache's database."""
    cached().rpush(f"said:{word}", os.getpid())


@shared_task(name="outbox.tasks.mark_for_tests")
def mark(number: int) -> None:
    """Works for a moment, then adds its number to the file TEST_MARKS."""
    time.sleep(0.02)
    with open(os.environ["TEST_MARKS"], "a") as marks:  # noqa: PTH123 - one short append, for many processes
        marks.write(f"{number}\n")
