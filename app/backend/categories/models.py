"""A category belongs to one user."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from core.generations import FollowedQuerySet


class Category(models.Model):
    """A name for some of a user's contents."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="categories")
    name = models.CharField(max_length=50)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FollowedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="category_name_once_for_each_owner"),
        ]

    def __str__(self) -> str:
        return self.name
