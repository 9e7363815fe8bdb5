"""Moves a schedule on after a review."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from reviews.intervals import next_date, next_index
from reviews.models import ReviewHistory, ReviewSchedule


@transaction.atomic
def complete(user: User, content_id: int, result: str, time_spent: int | None, notes: str) -> ReviewSchedule:
    """Writes the review down and moves the schedule on.

    The row is locked, so that two reviews sent at once count one after the other. Raises
    ReviewSchedule.DoesNotExist for a content that is not the user's.
    """
    schedule = ReviewSchedule.objects.select_for_update().get(
        user=user, content_id=content_id, is_active=True
    )
    now = timezone.now()
    index = next_index(user.tier, schedule.interval_index, result)
    schedule.interval_index = index
    schedule.next_review_date = next_date(user.tier, index, result, now, user.zone)
    schedule.initial_review_completed = True
    schedule.save(update_fields=["interval_index", "next_review_date", "initial_review_completed"])
    ReviewHistory.objects.create(
        user=user, content_id=content_id, result=result, time_spent=time_spent, notes=notes, reviewed_at=now
    )
    return schedule
