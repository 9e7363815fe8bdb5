"""When each content is due for its user, and what came of each review."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from contents.models import Content
from core.generations import FollowedQuerySet


class Result(models.TextChoices):
    """What a user says of a content just reviewed."""

    REMEMBERED = "remembered"
    PARTIAL = "partial"
    FORGOT = "forgot"


class ReviewSchedule(models.Model):
    """One for each user and content. `interval_index` counts in the intervals of the user's tier."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="schedules", db_index=False
    )
    content = models.ForeignKey(Content, models.CASCADE, related_name="schedules")
    next_review_date = models.DateTimeField(default=timezone.now)
    interval_index = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    initial_review_completed = models.BooleanField(default=False)

    objects = FollowedQuerySet.as_manager()

    class Meta:
        ordering = ["next_review_date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "content"], name="schedule_once_for_each_user_and_content"
            ),
        ]
        indexes = [
            # Today's reviews: the rows come out of the index in the order asked for.
            models.Index(
                fields=["user", "next_review_date", "id"],
                condition=models.Q(is_active=True),
                name="schedule_due_of_user",
            ),
        ]

    def __str__(self) -> str:
        return f"content {self.content_id} of user {self.user_id}, due {self.next_review_date:%Y-%m-%d}"


class ReviewHistory(models.Model):
    """One review."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews", db_index=False)
    content = models.ForeignKey(Content, models.CASCADE, related_name="reviews")
    result = models.CharField(max_length=10, choices=Result)
    time_spent = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(86_400)], help_text="seconds"
    )
    notes = models.TextField(blank=True, max_length=5_000)
    reviewed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-reviewed_at", "-id"]
        verbose_name_plural = "review history"
        indexes = [models.Index(fields=["user", "-reviewed_at"], name="history_newest_of_user")]

    def __str__(self) -> str:
        return f"{self.result} at {self.reviewed_at:%Y-%m-%d %H:%M}"
