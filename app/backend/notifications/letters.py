"""What reminders and weekly summaries say, for many users of one time zone with a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q

from reviews.intervals import end_of_today
from reviews.models import Result, ReviewHistory, ReviewSchedule


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str


def due_today(users: list[int], now: datetime, zone: ZoneInfo) -> Mapping[int, Letter]:
    """The daily reminder, for users with something to review."""
    return {
        user: Letter(
            f"{_reviews(count)} today",
            f"Good morning! You have {_reviews(count)} today:\n{settings.FRONTEND_URL}/review\n{_footer()}",
        )
        for user, count in _due(users, now, zone).items()
    }


def still_due(users: list[int], now: datetime, zone: ZoneInfo) -> Mapping[int, Letter]:
    """The evening reminder, for users who have not done all of today's reviews."""
    return {
        user: Letter(
            f"{_reviews(count)} left for today",
            f"There is still time for {_reviews(count)} today:\n{settings.FRONTEND_URL}/review\n{_footer()}",
        )
        for user, count in _due(users, now, zone).items()
    }


def week(users: list[int], now: datetime, zone: ZoneInfo) -> Mapping[int, Letter]:
    """The summary of the last seven days, for users who reviewed in them or have something due."""
    reviewed = _last_week(users, now)
    due = _due(users, now, zone)
    return {
        user: Letter(
            "Your week in Resee",
            f"Reviews in the last seven days: {reviewed.get(user, (0, 0))[0]}\n"
            f"Remembered: {reviewed.get(user, (0, 0))[1]}\n"
            f"Due today: {due.get(user, 0)}\n{settings.FRONTEND_URL}/\n{_footer()}",
        )
        for user in sorted(reviewed.keys() | due.keys())
    }


def _due(users: list[int], now: datetime, zone: ZoneInfo) -> dict[int, int]:
    limit = end_of_today(now, zone)
    rows = ReviewSchedule.objects.filter(user__in=users, is_active=True, next_review_date__lt=limit)
    return dict(rows.order_by().values_list("user").annotate(Count("id")))


def _last_week(users: list[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Reviews and remembered ones by user."""
    rows = ReviewHistory.objects.filter(user__in=users, reviewed_at__gte=now - timedelta(days=7))
    counts = (
        rows.order_by()
        .values_list("user")
        .annotate(reviews=Count("id"), remembered=Count("id", filter=Q(result=Result.REMEMBERED)))
    )
    return {user: (reviews, remembered) for user, reviews, remembered in counts}


def _reviews(count: int) -> str:
    return "1 review" if count == 1 else f"{count} reviews"


def _footer() -> str:
    return f"\nChange or stop these messages: {settings.FRONTEND_URL}/profile\n"
