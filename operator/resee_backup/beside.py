"""A second session at work beside what the program is doing, which never outlives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg2
from psycopg2.extensions import connection

T = TypeVar("T")


@contextmanager
def beside(opened: connection, work: Callable[[], T]) -> Iterator[Future[T]]:
    """Run `work` on a session while the block runs; its statement is cancelled when the block fails.

    Args:
        opened: the session that nothing else uses meanwhile.

    Raises:
        psycopg2.Error: the block failed after `work` had been refused, and that is what happened. Where it
            only lost its connection, the block's own error is raised.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        running = pool.submit(work)
        try:
            yield running
        except BaseException as error:
            refusal = running.exception() if running.done() else None
            if isinstance(refusal, psycopg2.Error) and not isinstance(refusal, psycopg2.OperationalError):
                # The count's transaction holds a dump's snapshot: pg_dump's complaint is the consequence.
                raise refusal from error
            opened.cancel()
            raise
