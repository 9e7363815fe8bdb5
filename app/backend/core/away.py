"""Servers that this process has found away, so that no further request waits for them.

The first failure marks a server; from then on a thread of its own asks until it answers again, and requests
are told at once.
"""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

_BETWEEN_TRIES = 0.3


class Server:
    """One server. `answers` returns when it does what is wanted of it, and raises one of `errors` else."""

    def __init__(self, name: str, answers: Callable[[], None], *errors: type[Exception]) -> None:
        self.name = name
        self._answers, self._errors = answers, errors
        self._since: float | None = None
        # How often it was found away. A connection from before the last time may lead to a server that hangs.
        self.losses = 0
        self._back = threading.Event()
        self._lock = threading.Lock()

    @property
    def away(self) -> bool:
        return self._since is not None

    @property
    def away_for(self) -> float:
        """Seconds since it was found away; 0 where it is not."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def lost(self) -> None:
        """It was found away; returns at once."""
        with self._lock:
            if self._since is not None:
                return
            self._since = time.monotonic()
            self.losses += 1
            self._back.clear()
            threading.Thread(target=self._look, name=f"{self.name} is away", daemon=True).start()
        logger.warning("%s is away", self.name)

    def wait(self, seconds: float) -> bool:
        """Whether it is back, within so many seconds."""
        return not self.away or self._back.wait(max(0.0, seconds))

    def _look(self) -> None:
        while True:
            time.sleep(_BETWEEN_TRIES)
            try:
                self._answers()
            except self._errors:
                continue
            break
        logger.warning("%s is back after %.1f s", self.name, self.away_for)
        with self._lock:
            self._since = None
            self._back.set()
