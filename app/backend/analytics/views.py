"""/api/analytics/"""

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.current import user_of
from analytics.dashboard import dashboard
from analytics.models import Export
from analytics.serializers import DashboardSerializer, ExportSerializer, ExportStartedSerializer
from analytics.tasks import make_export
from core.redis import expect_broker
from core.replica import ReplicaReads

logger = logging.getLogger(__name__)


class DashboardView(ReplicaReads, generics.GenericAPIView):
    """Counts, success rate, streak and what is coming up."""

    serializer_class = DashboardSerializer

    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(dashboard(user_of(request))).data)


class ExportView(generics.GenericAPIView):
    """Starts an export of everything that the user has written."""

    serializer_class = ExportStartedSerializer

    @extend_schema(request=None, responses={202: ExportStartedSerializer})
    def post(self, request: Request) -> Response:
        with transaction.atomic():
            export = Export.objects.create(owner=user_of(request))
            transaction.on_commit(lambda: _send(str(export.pk)))
        return Response(self.get_serializer(export).data, status=status.HTTP_202_ACCEPTED)


def _send(export_id: str) -> None:
    try:
        expect_broker()
        make_export.apply_async((export_id,), task_id=export_id)
    except OperationalError as error:
        logger.warning(
            "export %s waits for beat to send it: the broker does not answer: %s", export_id, error
        )


class ExportResultView(generics.RetrieveAPIView):
    """The state of an export and, once done, its document; the owner's only."""

    serializer_class = ExportSerializer
    queryset = Export.objects.all()

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return Export.objects.none()
        return Export.objects.filter(owner=user_of(self.request))
