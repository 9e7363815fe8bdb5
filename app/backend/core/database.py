"""What a request does when the database goes away under it, as in a failover.

A read is asked once more, on a new connection: the first error may have come from a connection that was good
before the old primary ended. Where there is a replica, a read goes on there while the primary is away or says
no word (`core.silence`), and the other way round. A write waits a moment for the next primary and is done
once more, if nothing of it can be in the database: its COMMIT was not sent, or the next primary says that it
was undone (`core.commits`). Every other write is never repeated here. It answers 503 with Retry-After, as a
read does whose second try fails too.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from django.db import Error as DatabaseError
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from core import commits, replica, silence
from core.away import Server
from core.loss import is_loss

logger = logging.getLogger(__name__)

_RETRY_AFTER = "2"
_READS = ("GET", "HEAD", "OPTIONS")
_HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")

# Seconds, of a request in all, where there is a replica. A user's patience ends a little later.
_READ_PATIENCE = 2.0
# Of the second try at a primary that may be gone, after a first one that has failed at once: a new connection
# takes a tenth of it, and the replica is there.
_SECOND_TRY = 1.0
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
        with silence.patience(_READ_PATIENCE), _followed():
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
            with silence.patience(_SECOND_TRY):
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
    attempt = commits.current()
    if attempt is None or attempt.may_be_written or not attempt.next_primary():
        return None
    with silence.patience(_READ_PATIENCE):
        return _again(request)


def _can_write(within: float = _WRITE_WAITS) -> bool:
    """Whether there is a primary, at once or in a moment."""
    if not primary.away:
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return primary.wait(min(within, _WRITE_WAITS - primary.away_for))
    finally:
        _waiting.release()


@contextmanager
def _followed() -> Iterator[None]:
    """Note whether anything of the block's writes may be in the database."""
    end = time.monotonic() + _WRITE_PATIENCE
    connection = connections["default"]

    def next_primary() -> bool:
        left = end - time.monotonic()
        return left > 0 and _can_write(left)

    attempt = commits.Attempt(primary.lost, next_primary)

    def watch(execute: Callable[..., Any], statement: Any, *rest: Any) -> Any:
        if not str(statement).lstrip().upper().startswith(_HARMLESS):
            if connection.in_atomic_block:
                attempt.pending = True
            else:
                # By itself it is committed with the statement.
                attempt.may_be_written = True
        done = execute(statement, *rest)
        # It answers: it may take its time.
        silence.extend(_WRITE_PATIENCE)
        return done

    with commits.following(attempt), connection.execute_wrapper(watch):
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
    """Whether the connection was lost; then the next query takes a new one."""
    if not is_loss(error):
        return False
    replica.note_lost()
    connections.close_all()
    return True
