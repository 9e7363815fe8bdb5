"""Counts over a user's schedules and reviews, for the statistics endpoints.

Each function asks a fixed number of queries, whatever the user has.
"""

from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from contents.models import Content
from reviews.intervals import end_of_today
from reviews.models import Result, ReviewHistory, ReviewSchedule


def rate(remembered: int, reviews: int) -> float | None:
    """Share of remembered reviews, 0 to 1; None before the first review."""
    return round(remembered / reviews, 4) if reviews else None


def by_category(user: User) -> list[dict[str, Any]]:
    """One row for each category with contents, in the order of names; contents without one come last."""
    limit = end_of_today(timezone.now(), user.zone)
    contents = (
        Content.objects.filter(author=user)
        .values("category", "category__name")
        .annotate(contents=Count("id"))
        .order_by("category__name", "category")
    )
    due = _counts(ReviewSchedule.objects.filter(user=user, is_active=True, next_review_date__lt=limit))
    reviews = _counts(ReviewHistory.objects.filter(user=user))
    remembered = _counts(ReviewHistory.objects.filter(user=user, result=Result.REMEMBERED))
    return [
        {
            "category": row["category"],
            "name": row["category__name"],
            "contents": row["contents"],
            "due": due.get(row["category"], 0),
            "reviews": reviews.get(row["category"], 0),
            "success_rate": rate(remembered.get(row["category"], 0), reviews.get(row["category"], 0)),
        }
        for row in contents
    ]


def _counts(rows: Any) -> dict[int | None, int]:
    """Numbers of rows by the category of their content."""
    return dict(rows.order_by().values_list("content__category").annotate(Count("id")))
