"""Which database a query goes to when there is a read replica.

Reads go to the primary unless a view has said that they may be stale (`ReplicaReads`), and never to the
replica while its user's last write may still be on its way there; except that while the primary is away
everything is read from the replica (`core.database`).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import redis
from django.conf import settings
from django.db import connections
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.redis import cached

logger = logging.getLogger(__name__)

_stale_allowed: ContextVar[bool] = ContextVar("stale_allowed", default=False)
_all_from: ContextVar[str | None] = ContextVar("all_from", default=None)
_last_lost: ContextVar[str] = ContextVar("last_lost", default="default")


def exists() -> bool:
    """Whether there is a replica."""
    return "replica" in settings.DATABASES


@contextmanager
def all_reads_from(alias: str) -> Iterator[None]:
    """Reads of the block go to one database, whatever views say."""
    token = _all_from.set(alias)
    try:
        yield
    finally:
        _all_from.reset(token)


def note_lost() -> None:
    """Remember which database's connection has just been lost, before all are closed."""
    kept = connections["default"].connection
    primary_lives = kept is not None and not kept.closed
    _last_lost.set("replica" if primary_lives or _all_from.get() == "replica" else "default")


def lost_now() -> bool:
    """Whether it was the replica's."""
    return _last_lost.get() == "replica"


class ReplicaRouter:
    """Django's database router: the replica for reads that may be stale, the primary for all else."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:  # noqa: ARG002
        return _all_from.get() or ("replica" if _stale_allowed.get() else "default")

    def db_for_write(self, model: type[Model], **hints: Any) -> str:  # noqa: ARG002
        return "default"

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:  # noqa: ARG002
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:  # noqa: ARG002
        return db == "default"


def _marker(request: Request) -> str:
    return f"wrote:{request.user.pk}"


def _wrote_just_now(request: Request) -> bool:
    try:
        return bool(cached().exists(_marker(request)))
    except redis.RedisError:
        return True


def _mark(request: Request) -> None:
    try:
        cached().set(_marker(request), 1, ex=settings.REPLICA_LAG_SECONDS)
    except redis.RedisError as error:
        # The write is done. Its user may miss it on the replica for a moment.
        logger.warning("no mark of a write: Redis does not answer: %s", error)


class ReplicaReads(APIView):
    """A view whose reads may be stale, except for a user who wrote within REPLICA_LAG_SECONDS."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            # The next request of this thread decides for itself, also after a failure of this one.
            _stale_allowed.set(False)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        safe = request.method in ("GET", "HEAD", "OPTIONS")
        decided = _all_from.get() is not None
        _stale_allowed.set(exists() and safe and not decided and not _wrote_just_now(request))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        wrote = request.method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 400
        if wrote and exists():
            _mark(request)
        return super().finalize_response(request, response, *args, **kwargs)
