"""GET /api/review/today/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from categories.models import Category
from contents.models import Content
from reviews.intervals import end_of_today
from reviews.models import ReviewSchedule
from reviews.serializers import ScheduleSerializer

URL = "/api/review/today/"


def content(owner, title, due=timedelta(0), **fields):
    made = Content.objects.create(author=owner.user, title=title, body="x", **fields)
    ReviewSchedule.objects.filter(content=made).update(next_review_date=timezone.now() + due)
    return made


def titles(person, **query):
    return [row["content"]["title"] for row in person.get(URL, **query).json()["results"]]


def test_a_new_content_is_due_at_once(owner):
    made = owner.post("/api/contents/", title="Water", body="mizu").json()

    row = owner.get(URL).json()["results"][0]
    assert row["content"] == made
    assert (row["interval_index"], row["initial_review_completed"]) == (0, False)


def test_oldest_first_and_not_what_is_due_later(owner):
    content(owner, "yesterday", -timedelta(days=1))
    content(owner, "last week", -timedelta(days=7))
    content(owner, "in two days", timedelta(days=2))

    assert titles(owner) == ["last week", "yesterday"]


def test_today_ends_at_the_users_midnight(owner, stranger):
    """At the same moment the same due time is today's for one zone and tomorrow's for another."""
    now = timezone.now()
    owner.user.time_zone, stranger.user.time_zone = "Pacific/Kiritimati", "Pacific/Pago_Pago"
    owner.user.save()
    stranger.user.save()
    due = now.astimezone(owner.user.zone).replace(hour=0, minute=0) + timedelta(days=1, minutes=5)
    # 25 hours apart, so this is another day in one of the two zones at any time of the day.
    for person in (owner, stranger):
        content(person, "soon", due - now)

    def is_today(person):
        return due.astimezone(person.user.zone).date() <= now.astimezone(person.user.zone).date()

    assert titles(owner) == []
    assert titles(stranger) == (["soon"] if is_today(stranger) else [])


def test_stranger_and_nobody_see_nothing(owner, stranger, client):
    content(owner, "secret")

    assert titles(stranger) == []
    assert client.get(URL).status_code == 401


def test_inactive_schedules_are_left_out(owner):
    ReviewSchedule.objects.filter(content=content(owner, "paused")).update(is_active=False)

    assert titles(owner) == []


def test_the_written_sql_gives_what_models_and_serializer_give(owner):
    kanji = Category.objects.create(owner=owner.user, name="Kanji")
    for n in range(25):
        content(owner, f"漢{n}", -timedelta(hours=n % 5), category=kanji if n % 2 else None)

    rows = owner.get(URL, page_size=10, page=2).json()["results"]

    limit = end_of_today(timezone.now(), owner.user.zone)
    due = ReviewSchedule.objects.filter(user=owner.user, is_active=True, next_review_date__lt=limit)
    schedules = due.order_by("next_review_date", "id").select_related("content__category")[10:20]
    assert rows == ScheduleSerializer(schedules, many=True).data
    with timezone.override("UTC"):
        rows = owner.get(URL, page_size=10, page=2).json()["results"]
        assert rows == ScheduleSerializer(schedules, many=True).data


def test_a_page_behind_the_last_is_not_found(owner):
    assert owner.get(URL, page=1).status_code == 200
    assert owner.get(URL, page=2).status_code == 404
    assert owner.get(URL, page="x").status_code == 404
    assert owner.get(URL, page_size="x").json() == {"page_size": ["A positive whole number is required."]}


@pytest.mark.parametrize("rows", [1, 40])
def test_the_list_costs_two_queries_whatever_it_holds(owner, rows, django_assert_num_queries):
    for n in range(rows):
        content(owner, str(n), category=Category.objects.create(owner=owner.user, name=str(n)))

    with django_assert_num_queries(2):  # the user; the count and the page with contents and categories
        page = owner.get(URL).json()

    assert page["count"] == rows
