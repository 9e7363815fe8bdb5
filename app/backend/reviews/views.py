"""/api/review/"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.current import user_of
from core.replica import ReplicaReads
from reviews import schedule
from reviews.models import ReviewSchedule
from reviews.serializers import (
    CategoryStatsSerializer,
    CompletedSerializer,
    CompleteSerializer,
    ScheduleSerializer,
)
from reviews.stats import by_category
from reviews.today import Today


class TodayView(ReplicaReads, generics.ListAPIView):
    """What is due before the user's day ends, oldest first."""

    serializer_class = ScheduleSerializer
    queryset = ReviewSchedule.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        return self.get_paginated_response(self.paginate_queryset(Today(user_of(request))))


class CompleteView(ReplicaReads, generics.GenericAPIView):
    """Records a review and moves its schedule on."""

    serializer_class = CompleteSerializer

    @extend_schema(responses=CompletedSerializer)
    def post(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        try:
            moved = schedule.complete(
                user_of(request),
                data["content_id"],
                data["result"],
                data.get("time_spent"),
                data.get("notes", ""),
            )
        except ReviewSchedule.DoesNotExist:
            raise NotFound({"content_id": ["You have no content with this id."]}) from None
        return Response(CompletedSerializer(moved).data)


class CategoryStatsView(ReplicaReads, generics.ListAPIView):
    """Counts and success rate of each of the user's categories."""

    serializer_class = CategoryStatsSerializer
    queryset = ReviewSchedule.objects.none()

    def get_queryset(self) -> Any:
        return by_category(user_of(self.request))
