"""/api/contents/"""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.filters import SearchFilter

from contents.models import Content
from contents.serializers import ContentSerializer
from core.owned import OwnedViewSet


class Query(serializers.Serializer):
    """The filter of the list."""

    category = serializers.IntegerField(required=False)


class ContentViewSet(OwnedViewSet):
    """The signed-in user's contents, newest first. `?search=` looks into title and body."""

    queryset = Content.objects.select_related("category", "author")
    serializer_class = ContentSerializer
    owner_field = "author"
    filter_backends = [SearchFilter]
    search_fields = ["title", "body"]

    def get_queryset(self) -> QuerySet[Any]:
        found = super().get_queryset()
        query = Query(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return found.filter(**query.validated_data)
