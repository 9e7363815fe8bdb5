"""What a write whose connection was lost has left in the database.

A server commits nothing before it was sent COMMIT: a transaction that is lost earlier never was. Where COMMIT
was sent and not answered, the server that takes writes then is asked. Its word counts where its log holds
what the transaction had written; one that took over without that gives the transaction's number to another.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import Error

from core.loss import is_loss

logger = logging.getLogger(__name__)

# PostgreSQL's words.
COMMITTED, ABORTED, _RUNNING = "committed", "aborted", "in progress"

# The transaction's number, how far the log with what it wrote goes, and which run of which server this is.
MARK = """
SELECT pg_current_xact_id_if_assigned()::text AS number, pg_current_wal_insert_lsn()::text AS written,
    pg_postmaster_start_time()::text AS started, pg_last_wal_replay_lsn()::text AS replayed
"""
# The message makes this a commit of its own, answered when the synchronous standby has it and all before it.
ASK = """
SELECT pg_logical_emit_message(true, 'resee', ''), CASE
    WHEN pg_postmaster_start_time() = %(started)s::timestamptz
        AND pg_last_wal_replay_lsn() IS NOT DISTINCT FROM %(replayed)s::pg_lsn
        OR pg_last_wal_replay_lsn() >= %(written)s::pg_lsn
        THEN pg_xact_status(%(number)s::xid8)
    WHEN pg_last_wal_replay_lsn() < %(written)s::pg_lsn THEN 'aborted'
END
"""
# Seconds between two questions about a transaction that is still under way.
_BETWEEN_LOOKS = 0.1


@dataclass
class Attempt:
    """A request that writes.

    Args:
        lost: notes that the primary was found away.
        next_primary: waits for a server that takes writes; whether there is one while the request may wait.
        pending: whether the open transaction has written.
        may_be_written: whether anything of the request may be in the database.
    """

    lost: Callable[[], None]
    next_primary: Callable[[], bool]
    pending: bool = False
    may_be_written: bool = False

    def fate(self, ask: Callable[[], Any]) -> str | None:
        """COMMITTED or ABORTED, or None where no server can tell in time.

        Args:
            ask: asks the server that takes writes, in PostgreSQL's words.
        """
        self.lost()
        while self.next_primary():
            try:
                said = ask()
            except Error as error:
                if not is_loss(error):
                    logger.warning("nobody can tell what became of a commit: %s", error)
                    return None
                self.lost()
                continue
            if said != _RUNNING:
                return said if said in (COMMITTED, ABORTED) else None
            time.sleep(_BETWEEN_LOOKS)
        return None


_current: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def current() -> Attempt | None:
    """The one of this thread's request; None where nobody would make use of it."""
    return _current.get()


@contextmanager
def following(attempt: Attempt) -> Iterator[None]:
    """Commits of the block count for an attempt."""
    token = _current.set(attempt)
    try:
        yield
    finally:
        _current.reset(token)
