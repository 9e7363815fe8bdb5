"""Every user has preferences from the first moment, however the user came to be."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from notifications.models import NotificationPreference


@receiver(post_save, sender=User, dispatch_uid="notifications.preferences")
def give_preferences(instance: User, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        NotificationPreference.objects.create(user=instance)
