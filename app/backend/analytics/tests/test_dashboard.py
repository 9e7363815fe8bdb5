"""GET /api/analytics/dashboard/"""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from analytics.dashboard import streak
from categories.models import Category
from contents.models import Content
from reviews.models import ReviewHistory, ReviewSchedule

URL = "/api/analytics/dashboard/"
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days_ago", "length"),
    [([], 0), ([0], 1), ([1], 1), ([2], 0), ([0, 1, 2], 3), ([1, 2, 3], 3), ([0, 2, 3], 1), ([0, 1, 3], 2)],
)
def test_a_streak_ends_today_or_yesterday(days_ago, length):
    assert streak([TODAY - timedelta(days=n) for n in days_ago], TODAY) == length


def review(owner, content, result, days_ago=0):
    when = timezone.now() - timedelta(days=days_ago)
    ReviewHistory.objects.create(user=owner.user, content=content, result=result, reviewed_at=when)


@pytest.fixture
def content(owner):
    Category.objects.create(owner=owner.user, name="Kanji")
    return Content.objects.create(author=owner.user, title="Water", body="x")


def test_a_new_user_sees_zeros(owner):
    numbers = owner.get(URL).json()

    upcoming = numbers.pop("upcoming")
    assert numbers == {
        "total_contents": 0,
        "total_categories": 0,
        "due_today": 0,
        "reviewed_today": 0,
        "total_reviews": 0,
        "success_rate": None,
        "streak": 0,
    }
    today = timezone.now().astimezone(owner.user.zone).date()
    assert upcoming == [{"date": (today + timedelta(days=n)).isoformat(), "count": 0} for n in range(7)]


def test_the_numbers_of_an_active_user(owner, content):
    for result, days_ago in (("remembered", 0), ("forgot", 0), ("remembered", 1), ("remembered", 40)):
        review(owner, content, result, days_ago)

    numbers = owner.get(URL).json()

    assert (numbers["total_contents"], numbers["total_categories"]) == (1, 1)
    assert (numbers["total_reviews"], numbers["reviewed_today"], numbers["streak"]) == (4, 2, 2)
    assert numbers["success_rate"] == pytest.approx(2 / 3, abs=1e-4)  # the one of 40 days ago is too old


def test_upcoming_counts_the_users_days_and_what_is_overdue_as_today(owner, content):
    for n, days in enumerate((-9, 0, 1, 1, 6, 7)):
        made = Content.objects.create(author=owner.user, title=str(n), body="x")
        due = timezone.now().astimezone(owner.user.zone).replace(hour=12) + timedelta(days=days)
        ReviewSchedule.objects.filter(content=made).update(next_review_date=due)

    numbers = owner.get(URL).json()

    assert [day["count"] for day in numbers["upcoming"]] == [3, 2, 0, 0, 0, 0, 1]
    assert numbers["due_today"] == owner.get("/api/review/today/").json()["count"] == 3


def test_stranger_and_nobody_see_none_of_it(owner, content, stranger, client):
    review(owner, content, "remembered")

    assert stranger.get(URL).json()["total_reviews"] == 0
    assert client.get(URL).status_code == 401


def test_the_number_of_queries_is_fixed(owner, content, django_assert_num_queries):
    for n in range(20):
        review(owner, content, "remembered", n)

    with django_assert_num_queries(6):  # the user, contents, categories, reviews, days, upcoming
        assert owner.get(URL).json()["streak"] == 20
