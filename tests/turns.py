"""Which suite is run next: the first in the table that may start, so that no core waits for a lane's end."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from threading import Condition

from tests.suites import Suite


class Turns:
    """Gives suites to those who run them, each once, in the order of the table.

    One that uses this checkout's engine is passed over while another of these runs.
    """

    def __init__(self, suites: Iterable[Suite]) -> None:
        self._waiting = list(suites)
        self._engine_in_use = False
        self._changed = Condition()

    def __iter__(self) -> Generator[Suite, None, None]:
        """The suites of one who runs them; each counts as running until the next is asked for."""
        while (suite := self._next()) is not None:
            with self._running(suite):
                yield suite

    def _next(self) -> Suite | None:
        """Wait until one may start; None where all have."""
        with self._changed:
            while self._waiting:
                for suite in self._waiting:
                    if not (suite.engine and self._engine_in_use):
                        self._waiting.remove(suite)
                        self._engine_in_use |= suite.engine
                        return suite
                self._changed.wait()
            return None

    @contextmanager
    def _running(self, suite: Suite) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._engine_in_use &= not suite.engine
                self._changed.notify_all()
