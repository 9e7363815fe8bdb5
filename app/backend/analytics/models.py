"""An export that a user asked for, and its document once the worker has made it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Export(models.Model):
    """Its id is the id of the Celery task. A row that no worker answers is sent again by beat."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    document = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(status="pending"), name="export_pending_oldest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} export of {self.created_at:%Y-%m-%d %H:%M}"
