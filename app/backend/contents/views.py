"""/api/contents/"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.filters import SearchFilter
from rest_framework.serializers import BaseSerializer

from contents.models import Content
from contents.serializers import ContentSerializer
from core.owned import OwnedViewSet


class ContentViewSet(OwnedViewSet):
    """The signed-in user's contents, newest first; `?search=` looks into title and body, `?category=` is an id."""

    queryset = Content.objects.select_related("category", "author")
    serializer_class = ContentSerializer
    owner_field = "author"
    filter_backends = [SearchFilter]
    search_fields = ["title", "body"]

    def get_queryset(self) -> QuerySet[Any]:
        category = self.request.query_params.get("category", "")
        found = super().get_queryset()
        return found.filter(category=int(category)) if category.isdecimal() else found

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer) -> None:
        """A content and its review schedule (made by `reviews.signals`) come together or not at all."""
        super().perform_create(serializer)
