"""What follows by itself: a new content is due at once, a lower tier caps the indexes."""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import User
from contents.models import Content
from reviews.intervals import last_index
from reviews.models import ReviewSchedule


@receiver(post_save, sender=Content, dispatch_uid="reviews.schedule")
def schedule_content(instance: Content, created: bool, raw: bool = False, **_: Any) -> None:
    if created and not raw:
        ReviewSchedule.objects.create(user_id=instance.author_id, content=instance)


@receiver(post_save, sender=User, dispatch_uid="reviews.recap")
def recap_indexes(instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if not created and (update_fields is None or "tier" in update_fields):
        last = last_index(instance.tier)
        ReviewSchedule.objects.filter(user=instance, interval_index__gt=last).update(interval_index=last)
