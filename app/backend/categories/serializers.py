"""Categories as JSON."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from categories.models import Category

NAME_TAKEN = _("You have a category of this name already.")


class CategorySerializer(serializers.ModelSerializer):
    """The name is the owner's only one of its kind, whatever its case."""

    class Meta:
        model = Category
        fields = ["id", "name", "created_at"]

    def validate_name(self, value: str) -> str:
        others = Category.objects.filter(owner=self.context["request"].user, name__iexact=value)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise serializers.ValidationError(NAME_TAKEN, code="unique")
        return value
