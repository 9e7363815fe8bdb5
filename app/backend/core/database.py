"""What a request does when the database goes away under it, as in a failover.

A read is asked once more, on a new connection: the first error may have come from a connection that was good
before the old primary ended. Where there is a replica, a read goes on there while the primary is away or says
no word (`core.silence`), and the other way round. A write waits a moment for the next primary, if nothing of
it can have been done; every other write is never repeated here, for its commit may have been done. It answers
503 with Retry-After, as a read does whose second try fails too.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

import psycopg2
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from psycopg2 import errorcodes

from core import replica, silence
from core.away import Server

logger = logging.getLogger(__name__)

_GOING = (
    errorcodes.ADMIN_SHUTDOWN,
    errorcodes.CRASH_SHUTDOWN,
    errorcodes.CANNOT_CONNECT_NOW,
    # A primary that has become a standby keeps its connections and refuses to write.
    errorcodes.READ_ONLY_SQL_TRANSACTION,
)
_RETRY_AFTER = "2"
_READS = ("GET", "HEAD", "OPTIONS")
_HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")

# Seconds, of a request in all, where there is a replica. A user's patience ends a little later.
_READ_PATIENCE = 2.0
# From the first answer. A commit waits for the synchronous standby, and for the next one where that is gone:
# 5 seconds and some.
_WRITE_PATIENCE = 10.0
_REPLICA_PATIENCE = 20.0
# From the loss of the primary: a switchover is over by then. In a longer outage nobody is kept waiting.
_WRITE_WAITS = 6.0
# One thread goes on reading.
_waiting = BoundedSemaphore(max(1, int(os.environ.get("WEB_THREADS", "4")) - 1))


def _takes_writes() -> None:
    primary = connections["default"]
    try:
        with silence.patience(silence.CONNECTING), primary.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            (standby,) = cursor.fetchone()
    finally:
        primary.close()
    if standby:
        raise OperationalError("the server is a standby")


primary = Server("the primary", _takes_writes, DatabaseError)


class DatabaseLossMiddleware:
    """Stands last, next to the view: Django asks it about what a view raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not replica.exists():
            return self.get_response(request)
        _leave_old_primary()
        if request.method in _READS:
            return self._read(request)
        if not _can_write():
            return _unavailable(request)
        # A body is read from the connection once; kept, it can be looked at again.
        _ = request.body
        with silence.patience(_READ_PATIENCE), _watched(request):
            return self.get_response(request)

    def _read(self, request: HttpRequest) -> HttpResponse:
        if primary.away:
            with replica.all_reads_from("replica"), silence.patience(_REPLICA_PATIENCE):
                return self.get_response(request)
        with silence.patience(_READ_PATIENCE):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer in place of a failure, where the database was lost; None for all other failures."""
        if not isinstance(exception, DatabaseError) or not _lost(exception):
            return None
        again = _read_again if request.method in _READS else _write_again
        try:
            answer = again(request, silent=isinstance(exception.__cause__, silence.SilentError))
        except DatabaseError as second:
            if not _lost(second):
                raise
            answer = None
        return answer or _unavailable(request)


def _read_again(request: HttpRequest, *, silent: bool) -> HttpResponse:
    if not replica.exists():
        return _again(request)
    if replica.lost_now():
        with replica.all_reads_from("default"), silence.patience(_READ_PATIENCE):
            return _again(request)
    if not silent:
        try:
            with silence.patience(_READ_PATIENCE):
                return _again(request)
        except DatabaseError as second:
            if not _lost(second):
                raise
    primary.lost()
    with replica.all_reads_from("replica"), silence.patience(_REPLICA_PATIENCE):
        return _again(request)


def _write_again(request: HttpRequest, *, silent: bool) -> HttpResponse | None:  # noqa: ARG001
    if not replica.exists():
        return None
    primary.lost()
    if getattr(request, "may_be_written", True) or not _can_write():
        return None
    with silence.patience(_READ_PATIENCE):
        return _again(request)


def _can_write() -> bool:
    """Whether there is a primary, at once or in a moment."""
    if not primary.away:
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return primary.wait(_WRITE_WAITS - primary.away_for)
    finally:
        _waiting.release()


@contextmanager
def _watched(request: Any) -> Iterator[None]:
    """Note at the request whether anything of it may be in the database: `may_be_written`."""
    request.may_be_written = False
    connection = connections["default"]

    def watch(execute: Callable[..., Any], statement: Any, *rest: Any) -> Any:
        writes = not str(statement).lstrip().upper().startswith(_HARMLESS)
        # By itself it is committed with the statement. In a transaction a failure has undone it.
        request.may_be_written |= writes and not connection.in_atomic_block
        done = execute(statement, *rest)
        request.may_be_written |= writes
        # It answers: it may take its time.
        silence.extend(_WRITE_PATIENCE)
        return done

    with connection.execute_wrapper(watch):
        yield


def _leave_old_primary() -> None:
    """Close this thread's connection from before the primary was last found away: if that server hangs, its
    connections are as good as ever to the kernel."""
    kept: Any = connections["default"]
    if getattr(kept, "losses_before", primary.losses) != primary.losses:
        kept.close()
    kept.losses_before = primary.losses


def _again(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    assert match is not None  # a view has raised
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def _unavailable(request: HttpRequest) -> HttpResponse:
    logger.warning("%s %s: the database went away", request.method, request.path)
    answer = {"detail": _("The database does not answer. Try again in a few seconds.")}
    return JsonResponse(answer, status=503, headers={"Retry-After": _RETRY_AFTER})


def _lost(error: DatabaseError) -> bool:
    """Whether the connection was lost, and no statement wrong; then the next query takes a new connection."""
    cause = error.__cause__
    if not isinstance(cause, psycopg2.Error):
        return False
    # Without a code it was the client's library that noticed: the server said nothing any more.
    silent = cause.pgcode is None and isinstance(error, OperationalError | InterfaceError)
    lost = silent or cause.pgcode in _GOING
    if lost:
        replica.note_lost()
        connections.close_all()
    return lost
