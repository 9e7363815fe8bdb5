"""What a request does when the database goes away under it, as in a failover.

A read is asked once more, on a new connection: the first error may have come from a connection that was good
before the old primary ended. A write is never repeated here, for its commit may have been done; it answers
503 with Retry-After, as a read does whose second try fails too.
"""

import logging
from collections.abc import Callable

import psycopg2
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg2 import errorcodes

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


class DatabaseLossMiddleware:
    """Stands last, next to the view: Django asks it about what a view raises."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer in place of a failure, where the database was lost; None for all other failures."""
        if not isinstance(exception, DatabaseError) or not _lost(exception):
            return None
        if request.method in _READS:
            try:
                return _again(request)
            except DatabaseError as second:
                if not _lost(second):
                    raise
        logger.warning("%s %s: the database went away", request.method, request.path)
        answer = {"detail": "The database does not answer. Try again in a few seconds."}
        return JsonResponse(answer, status=503, headers={"Retry-After": _RETRY_AFTER})


def _again(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    assert match is not None  # a view has raised
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def _lost(error: DatabaseError) -> bool:
    """Whether the connection was lost, and no statement wrong; then the next query takes a new connection."""
    cause = error.__cause__
    if not isinstance(cause, psycopg2.Error):
        return False
    # Without a code it was the client's library that noticed: the server said nothing any more.
    silent = cause.pgcode is None and isinstance(error, OperationalError | InterfaceError)
    lost = silent or cause.pgcode in _GOING
    if lost:
        connections.close_all()
    return lost
