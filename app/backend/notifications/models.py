"""When a user wants to be reminded, in the user's own time zone."""

from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models


class NotificationPreference(models.Model):
    """Daily 09:00, evening 20:00, weekly Monday 09:00, until the user chooses otherwise."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    daily_enabled = models.BooleanField(default=True)
    daily_time = models.TimeField(default=time(9))
    evening_enabled = models.BooleanField(default=True)
    evening_time = models.TimeField(default=time(20))
    weekly_enabled = models.BooleanField(default=True)
    weekly_day = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(6)], help_text="0 is Monday"
    )
    weekly_time = models.TimeField(default=time(9))

    def __str__(self) -> str:
        return f"preferences of user {self.user_id}"
