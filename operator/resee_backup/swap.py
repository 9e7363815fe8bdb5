"""`swap`: a restored database takes the name of the one that serves, which stays under another name.

Both renames are one transaction, so that there is never none and never a mixture. Nothing is dropped:
swapping the old database back is the way to undo it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event

import psycopg2.errors
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    stop_any,
    stop_when_event_set,
    wait_random_exponential,
)

from resee_backup.catalogue import new_id
from resee_backup.database import Database
from resee_backup.errors import Reason, TransientError, UserError
from resee_backup.server import REPLACED, RESTORED, Server, name_for

OURS = (RESTORED.format(""), REPLACED.format(""))
PATIENCE = 30.0  # seconds of trying against sessions that do not go
EVICT_EVERY = 0.1  # seconds; one rename waits for five

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Swap:
    """One run: which database takes whose place.

    Args:
        server: renames.
        evictor: another session of the same server, which ends sessions while the first one renames.
    """

    server: Server
    evictor: Server
    live: Database
    new: str

    def run(self, moment: datetime) -> str:
        """Swap; returns the name under which the old database stays, empty when there was none.

        Done again after it succeeded, it changes nothing and returns the same name.

        Raises:
            UserError: `new` is no database that was restored whole.
            TransientError: sessions on the old database did not end.
        """
        mark = self.server.mark(self.new)
        if mark is None and (earlier := self.server.marked(REPLACED.format(self.new))):
            logger.info("%s took the place of %s in an earlier try", self.new, self.live.name)
            return earlier[-1]
        if mark is None or not mark.startswith(OURS):
            raise self._unknown()
        moves: list[tuple[str, str, str | None]] = [(self.new, self.live.name, None)]
        previous = ""
        if self.server.mark(self.live.name) is not None:
            previous = name_for(self.live.name, "before", new_id(moment))
            moves.insert(0, (self.live.name, previous, REPLACED.format(self.new)))
        self._rename(moves)
        logger.info("%s serves as %s; what was there before is %r", self.new, self.live.name, previous)
        return previous

    def _rename(self, moves: list[tuple[str, str, str | None]]) -> None:
        with self._evicting([old for old, _, _ in moves]) as evicting:
            given_up = Event()
            evicting.add_done_callback(lambda _: given_up.set())
            retrying = Retrying(
                stop=stop_any(stop_after_delay(PATIENCE), stop_when_event_set(given_up)),
                wait=wait_random_exponential(multiplier=0.1, max=1),
                retry=retry_if_exception_type(psycopg2.errors.ObjectInUse),
            )
            try:
                retrying(self.server.rename, moves)
            except RetryError:
                if evicting.done():
                    evicting.result()  # raises why sessions could not be ended
                raise self._busy() from None

    @contextmanager
    def _evicting(self, names: list[str]) -> Iterator[Future[None]]:
        """Sessions on the databases keep being ended while the block runs; the future is why they are not.

        PostgreSQL lets nobody connect to a database while it waits to rename it, so this comes to an end.
        """
        done = Event()

        def evict() -> None:
            self.evictor.evict(names)
            while not done.wait(EVICT_EVERY):
                self.evictor.evict(names)

        with ThreadPoolExecutor(1, thread_name_prefix="evict") as pool:
            try:
                yield pool.submit(evict)
            finally:
                done.set()

    def _unknown(self) -> UserError:
        return UserError(
            Reason.DATABASE_UNKNOWN,
            f"{self.new!r} is not a database that `restore` finished",
            where=self.live.place,
            remedy="Run `restore` first; it prints the name of the database that it made.",
        )

    def _busy(self) -> TransientError:
        return TransientError(
            Reason.DATABASE_BUSY,
            f"Sessions on {self.live.name} or {self.new} did not end within {PATIENCE:g} s",
            where=self.live.place,
            remedy="Stop what connects to them; nothing was renamed.",
        )
