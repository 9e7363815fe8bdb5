"""A content: a short title and a Markdown body that its author wants to remember."""

from django.conf import settings
from django.db import models

from categories.models import Category
from core.generations import FollowedQuerySet


class Content(models.Model):
    """Reviewed by its author at growing intervals (app `reviews`)."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="contents", db_index=False
    )
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="contents")
    title = models.CharField(max_length=30)
    body = models.TextField(max_length=100_000, help_text="Markdown")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = FollowedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["author", "-created_at", "-id"], name="content_newest_of_author")]

    def __str__(self) -> str:
        return self.title
