"""Which database a query goes to when there is a read replica.

Reads go to the primary unless a view has said that they may be stale (`ReplicaReads`), and never to the
replica while its user's last write may still be on its way there.
"""

from contextvars import ContextVar
from typing import Any

import redis
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.redis import cached

_stale_allowed: ContextVar[bool] = ContextVar("stale_allowed", default=False)


class ReplicaRouter:
    """Django's database router: the replica for reads that may be stale, the primary for all else."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:  # noqa: ARG002
        return "replica" if _stale_allowed.get() else "default"

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
        _stale_allowed.set("replica" in settings.DATABASES and safe and not _wrote_just_now(request))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        wrote = request.method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 400
        if wrote and "replica" in settings.DATABASES:
            cached().set(_marker(request), 1, ex=settings.REPLICA_LAG_SECONDS)
        return super().finalize_response(request, response, *args, **kwargs)
