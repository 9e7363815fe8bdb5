"""Who is told what in reminders and summaries, for many users of one zone by a fixed number of queries.

The sentences are in notifications.texts, in each language.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from notifications.texts import TEXTS, Letter
from reviews.intervals import end_of_today
from reviews.models import Result, ReviewHistory, ReviewSchedule

Readers = Mapping[int, str]
"""Users by id, and the language in which each is written to."""


def due_today(readers: Readers, now: datetime, zone: ZoneInfo) -> Mapping[int, Letter]:
    """The daily reminder, for users with something to review."""
    due = _due(readers, now, zone)
    return {user: TEXTS[readers[user]].morning(count) for user, count in due.items()}


def still_due(readers: Readers, now: datetime, zone: ZoneInfo) -> Mapping[int, Letter]:
    """The evening reminder, for users who have not done all of today's reviews."""
    due = _due(readers, now, zone)
    return {user: TEXTS[readers[user]].evening(count) for user, count in due.items()}


def week(readers: Readers, now: datetime, zone: ZoneInfo) -> Mapping[int, Letter]:
    """The summary of the last seven days, for users who reviewed in them or have something due."""
    reviewed = _last_week(readers, now)
    due = _due(readers, now, zone)
    return {
        user: TEXTS[readers[user]].week(*reviewed.get(user, (0, 0)), due.get(user, 0))
        for user in sorted(reviewed.keys() | due.keys())
    }


def _due(users: Readers, now: datetime, zone: ZoneInfo) -> dict[int, int]:
    limit = end_of_today(now, zone)
    rows = ReviewSchedule.objects.filter(user__in=users, is_active=True, next_review_date__lt=limit)
    return dict(rows.order_by().values_list("user").annotate(Count("id")))


def _last_week(users: Readers, now: datetime) -> dict[int, tuple[int, int]]:
    """Reviews and remembered ones by user."""
    rows = ReviewHistory.objects.filter(user__in=users, reviewed_at__gte=now - timedelta(days=7))
    counts = (
        rows.order_by()
        .values_list("user")
        .annotate(reviews=Count("id"), remembered=Count("id", filter=Q(result=Result.REMEMBERED)))
    )
    return {user: (reviews, remembered) for user, reviews, remembered in counts}
