"""A user's numbers for the first page: six queries, whatever the user has."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from categories.models import Category
from contents.models import Content
from reviews.intervals import start_of_day
from reviews.models import Result, ReviewHistory, ReviewSchedule
from reviews.stats import rate

UPCOMING_DAYS = 7
RATE_DAYS = 30


def dashboard(user: User) -> dict[str, Any]:
    """All numbers of DashboardSerializer."""
    now = timezone.now()
    today = now.astimezone(user.zone).date()
    upcoming = _upcoming(user, today)
    return {
        "total_contents": Content.objects.filter(author=user).count(),
        "total_categories": Category.objects.filter(owner=user).count(),
        "due_today": upcoming[0]["count"],
        "streak": streak(_days_with_reviews(user), today),
        "upcoming": upcoming,
        **_reviews(user, now, today),
    }


def _reviews(user: User, now: datetime, today: date) -> dict[str, Any]:
    recent = Q(reviewed_at__gte=now - timedelta(days=RATE_DAYS))
    counts = ReviewHistory.objects.filter(user=user).aggregate(
        total=Count("id"),
        today=Count("id", filter=Q(reviewed_at__gte=start_of_day(today, user.zone))),
        recent=Count("id", filter=recent),
        remembered=Count("id", filter=recent & Q(result=Result.REMEMBERED)),
    )
    return {
        "total_reviews": counts["total"],
        "reviewed_today": counts["today"],
        "success_rate": rate(counts["remembered"], counts["recent"]),
    }


def _upcoming(user: User, today: date) -> list[dict[str, Any]]:
    """Due reviews for today (with all that is overdue) and the days after it."""
    limit = start_of_day(today + timedelta(days=UPCOMING_DAYS), user.zone)
    rows = (
        ReviewSchedule.objects.filter(user=user, is_active=True, next_review_date__lt=limit)
        .order_by()
        .values_list(TruncDate("next_review_date", tzinfo=user.zone))
        .annotate(Count("id"))
    )
    days = {today + timedelta(days=n): 0 for n in range(UPCOMING_DAYS)}
    for day, count in rows:
        days[max(day, today)] += count
    return [{"date": day, "count": count} for day, count in days.items()]


def _days_with_reviews(user: User) -> Iterable[date]:
    """The user's days with at least one review, newest first."""
    return (
        ReviewHistory.objects.filter(user=user)
        .order_by()
        .annotate(day=TruncDate("reviewed_at", tzinfo=user.zone))
        .values_list("day", flat=True)
        .distinct()
        .order_by("-day")
    )


def streak(days: Iterable[date], today: date) -> int:
    """Length of the unbroken run of `days` (newest first) that ends today or yesterday."""
    length = 0
    expected = today
    for day in days:
        if length == 0 and day == today - timedelta(days=1):
            expected = day
        if day != expected:
            break
        length += 1
        expected -= timedelta(days=1)
    return length
