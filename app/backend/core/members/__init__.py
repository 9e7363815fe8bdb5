"""Which of the database's servers takes writes, found by asking the servers themselves.

The name in DATABASE_URL follows the primary once every node of the cluster has heard of the next one, which
takes busy ones seconds. Where DATABASE_MEMBERS names the servers, a process whose connection fails asks all
of them at once, and goes on at the one that takes writes.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import psycopg2

from core import silence

logger = logging.getLogger(__name__)

# Address and port.
Place = tuple[str, str]
Connect = Callable[[dict[str, Any]], Any]

# Where DATABASE_URL leads.
NAMED: Place = ("", "")
# Seconds between two questions to a server that has refused, while others have not yet answered.
_BETWEEN_TRIES = 0.2


class _Search:
    """Servers that are asked at the same time, until one takes writes, all have refused, or time is up.

    Args:
        takes_writes: whether a server does.
        places: those known.
        more: finds those that there are; it may take its time.
    """

    def __init__(
        self,
        takes_writes: Callable[[Place], bool],
        places: Iterable[Place],
        more: Callable[[], Iterable[Place]],
    ) -> None:
        self.found: Place | None = None
        self._takes_writes, self._more = takes_writes, more
        self._end = time.monotonic() + silence.CONNECTING
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._asked: set[Place] = set()
        self._unanswered = 1  # `more`
        for place in places:
            self._begin(place)
        threading.Thread(target=self._learn, name="servers of the database", daemon=True).start()

    @property
    def over(self) -> bool:
        return self._over.is_set() or time.monotonic() > self._end

    def wait(self, seconds: float) -> Place | None:
        """Who takes writes, as far as that is found in so many seconds."""
        self._over.wait(seconds)
        return self.found

    def _begin(self, place: Place) -> None:
        with self._lock:
            if place in self._asked:
                return
            self._asked.add(place)
            self._unanswered += 1
        threading.Thread(target=self._ask, args=(place,), name=f"asks {place}", daemon=True).start()

    def _learn(self) -> None:
        for place in self._more():
            self._begin(place)
        self._answered()

    def _ask(self, place: Place) -> None:
        answered = False
        while not self.over:
            if self._takes_writes(place):
                self.found = place
                self._over.set()
                return
            if not answered:
                self._answered()
            answered = True
            self._over.wait(_BETWEEN_TRIES)

    def _answered(self) -> None:
        with self._lock:
            self._unanswered -= 1
            if not self._unanswered:
                self._over.set()


class Members:
    """The servers of one database.

    Args:
        names: host and port of each; every address of a host is a server.
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._names = tuple(names)
        # Remembered, for the name server may go together with the primary.
        self._addresses: tuple[Place, ...] = ()
        # None where it is to be searched for.
        self._primary: Place | None = NAMED
        self._search: _Search | None = None
        self._lock = threading.Lock()

    def connect(self, connect: Connect, params: Mapping[str, Any]) -> Any:
        """A connection to the server that takes writes, made by `connect` with libpq's parameters.

        Raises psycopg2.OperationalError where none does.
        """
        error = psycopg2.OperationalError("no server of the database takes writes")
        place = self._primary
        if place is not None:
            try:
                return self._connected(connect, params, place)
            except psycopg2.OperationalError as failed:
                error = failed
                self._left(place)
        found = self._primary or self._searched(params)
        if found is None:
            raise error
        return self._connected(connect, params, found)

    def _connected(self, connect: Connect, params: Mapping[str, Any], place: Place) -> Any:
        made = connect(_at(place, params))
        if not self._addresses:
            threading.Thread(target=self._resolve, name="servers of the database", daemon=True).start()
        return made

    def _left(self, place: Place) -> None:
        with self._lock:
            # Another thread may have found the next one.
            if self._primary == place:
                self._primary = None

    def _searched(self, params: Mapping[str, Any]) -> Place | None:
        """All threads share one search."""
        with self._lock:
            search = self._search
            if search is None or search.over:
                places = [NAMED, *self._addresses]
                search = _Search(lambda place: _takes_writes(place, params), places, self._resolve)
                self._search = search
        found = search.wait(silence.left())
        with self._lock:
            if found and self._primary is None:
                self._primary = found
                logger.warning("the server at %s takes writes", found[0] or "the usual name")
        return found

    def _resolve(self) -> tuple[Place, ...]:
        found: list[Place] = []
        for host, port in self._names:
            try:
                answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError:
                # What was known of it counts.
                return self._addresses
            found += [(str(answer[4][0]), port) for answer in answers]
        self._addresses = tuple(found)
        return self._addresses


def _at(place: Place, params: Mapping[str, Any]) -> dict[str, Any]:
    """The host of DATABASE_URL stays the name that the certificate is compared with."""
    address = {"hostaddr": place[0], "port": place[1]} if place != NAMED else {}
    return {**params, **address, "target_session_attrs": "primary"}


def _takes_writes(place: Place, params: Mapping[str, Any]) -> bool:
    try:
        psycopg2.connect(**_at(place, params)).close()
    except psycopg2.OperationalError:
        return False
    return True


@cache
def of(names: tuple[tuple[str, str], ...]) -> Members:
    """What this process knows of the servers with these names."""
    return Members(names)
