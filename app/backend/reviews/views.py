"""/api/review/"""

from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.current import user_of
from core.kept import KeptAnswers
from core.replica import ReplicaReads
from reviews import schedule
from reviews.intervals import end_of_today
from reviews.models import ReviewSchedule
from reviews.serializers import (
    CategoryStatsSerializer,
    CompletedSerializer,
    CompleteSerializer,
    ScheduleSerializer,
)
from reviews.stats import by_category
from reviews.today import Today


class TodayView(KeptAnswers, ReplicaReads, generics.ListAPIView):
    """What is due before the user's day ends, oldest first."""

    serializer_class = ScheduleSerializer
    queryset = ReviewSchedule.objects.none()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        size = cast("PageNumberPagination", self.paginator).get_page_size(request) or 0
        return self.get_paginated_response(self.paginate_queryset(Today(user_of(request), size)))

    def kept_until(self) -> float:
        return end_of_today(timezone.now(), user_of(self.request).zone).timestamp()


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
            raise NotFound({"content_id": [_("You have no content with this id.")]}) from None
        return Response(CompletedSerializer(moved).data)


class CategoryStatsView(ReplicaReads, generics.ListAPIView):
    """Counts and success rate of each of the user's categories."""

    serializer_class = CategoryStatsSerializer
    queryset = ReviewSchedule.objects.none()

    def get_queryset(self) -> Any:
        return by_category(user_of(self.request))
