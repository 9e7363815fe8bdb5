"""Endpoints for what belongs to one user: nobody else sees that it exists."""

from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import BaseSerializer

from core.replica import ReplicaReads


class OwnedViewSet(ReplicaReads, viewsets.ModelViewSet):
    """List, create, read, change, delete; a stranger's object answers 404, as one that does not exist.

    An object and what follows from it (a content's review schedule) come together or not at all.
    """

    owner_field: ClassVar[str] = "owner"
    lookup_value_converter = "int"
    # For races past the serializer's own check: field and sentence of the unique constraint.
    unique_error: ClassVar[dict[str, list[Any]]] = {}

    def get_queryset(self) -> QuerySet[Model]:
        if getattr(self, "swagger_fake_view", False):  # drf-spectacular asks for the model, without a user
            return super().get_queryset().none()
        return super().get_queryset().filter(**{self.owner_field: self.request.user})

    def perform_create(self, serializer: BaseSerializer) -> None:
        self._save(serializer, **{self.owner_field: self.request.user})

    def perform_update(self, serializer: BaseSerializer) -> None:
        self._save(serializer)

    def perform_destroy(self, instance: Model) -> None:
        with transaction.atomic():
            instance.delete()

    def _save(self, serializer: BaseSerializer, **fields: Any) -> None:
        try:
            with transaction.atomic():
                serializer.save(**fields)
        except IntegrityError as error:
            raise ValidationError(self.unique_error, code="unique") from error
