"""Contents as JSON."""

from typing import Any

from rest_framework import serializers

from categories.models import Category
from contents.models import Content


class OwnCategoryField(serializers.PrimaryKeyRelatedField):
    """A category of the signed-in user; a stranger's is unknown."""

    def get_queryset(self) -> Any:
        return Category.objects.filter(owner=self.context["request"].user)


class ContentSerializer(serializers.ModelSerializer):
    """`category` is an id or null; `category_name` is for reading."""

    category = OwnCategoryField(allow_null=True, required=False)
    category_name = serializers.CharField(
        source="category.name", read_only=True, allow_null=True, default=None
    )
    author = serializers.EmailField(source="author.email", read_only=True)

    class Meta:
        model = Content
        fields = ["id", "title", "body", "author", "category", "category_name", "created_at", "updated_at"]
