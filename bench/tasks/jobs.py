"""The tasks of the bench: each leaves its number in a file, which outlives worker and Redis."""

from __future__ import annotations

import os
import time

from celery import shared_task

# Named as one of Resee's, for its routes.
NAME = "outbox.tasks.mark_for_bench"
MARKS = "BENCH_MARKS"


@shared_task(name=NAME)
def mark(number: int, seconds: float) -> None:
    """Works for so long, then says that it is done."""
    if seconds:
        time.sleep(seconds)
    file = os.open(os.environ[MARKS], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, f"{number} {time.time()}\n".encode())
    finally:
        os.close(file)
