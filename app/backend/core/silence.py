"""No request waits for ever on a database that says no word: a server that hangs, or vanished with its node.

The kernel of a hanging server goes on acknowledging what it is sent, so that no setting of TCP ends the wait.
psycopg2 asks this module to wait for it; the wait ends at the request's deadline, and the connection with it.
"""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg2
from psycopg2 import extensions

# Seconds. libpq's own limit counts for nothing where somebody else waits.
CONNECTING = 2.0

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_EVENTS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}


class SilentError(psycopg2.OperationalError):
    """The server has not answered in time."""


def install() -> None:
    """Let every connection of this process wait here."""
    extensions.set_wait_callback(_wait)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Waits for the database end so many seconds from now, all of the block's together."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def extend(seconds: float) -> None:
    """The innermost block's waits end so many seconds from now instead."""
    if _deadline.get() is not None:
        _deadline.set(time.monotonic() + seconds)


def left() -> float:
    """Seconds that making a connection may take here."""
    end = _deadline.get()
    return CONNECTING if end is None else max(0.0, min(CONNECTING, end - time.monotonic()))


def _wait(connection: Any) -> None:
    end = _deadline.get()
    if connection.status == extensions.STATUS_SETUP:
        end = min(end or float("inf"), time.monotonic() + CONNECTING)
    while (state := connection.poll()) != extensions.POLL_OK:
        poller = select.poll()
        poller.register(connection.fileno(), _EVENTS[state])
        left = None if end is None else max(0.0, end - time.monotonic()) * 1000
        if not poller.poll(left):
            raise SilentError("the server does not answer in time")
