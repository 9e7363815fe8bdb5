"""POST /api/review/complete/"""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from contents.models import Content
from reviews.models import ReviewHistory, ReviewSchedule

URL = "/api/review/complete/"


@pytest.fixture
def content(owner):
    return Content.objects.create(author=owner.user, title="Water", body="mizu")


def days_ahead(answer):
    due = datetime.fromisoformat(answer.json()["next_review_date"])
    return round((due - timezone.now()) / timedelta(days=1), 2)


def complete(person, content, result="remembered", **more):
    return person.post(URL, content_id=content.pk, result=result, **more)


@pytest.mark.parametrize(
    ("tier", "days"),
    [
        ("FREE", [3, 3, 3]),
        ("BASIC", [3, 7, 14, 30, 60, 90, 90]),
        ("PRO", [3, 7, 14, 30, 60, 120, 180, 180]),
    ],
)
def test_remembering_walks_the_intervals_of_the_tier(owner, content, tier, days):
    owner.patch("/api/accounts/profile/", tier=tier)

    answers = [complete(owner, content) for _ in days]

    assert [days_ahead(answer) for answer in answers] == days
    assert [answer.json()["interval_index"] for answer in answers] == [
        min(n, len(set(days))) for n in range(1, len(days) + 1)
    ]


def test_partial_keeps_the_index_and_its_interval(owner, content):
    answer = complete(owner, content, "partial")

    assert answer.status_code == 200
    assert (answer.json()["interval_index"], days_ahead(answer)) == (0, 1)
    assert owner.get("/api/review/today/").json()["count"] == 0


def test_forgetting_starts_again_and_stays_in_todays_list(owner, content):
    complete(owner, content)

    answer = complete(owner, content, "forgot")

    assert (answer.json()["interval_index"], days_ahead(answer)) == (0, 0)
    row = owner.get("/api/review/today/").json()["results"][0]
    assert row["content"]["id"] == content.pk
    assert row["initial_review_completed"] is True


def test_what_was_said_is_written_down(owner, content):
    complete(owner, content, time_spent=42, notes="'; DROP TABLE reviews_reviewhistory; --")

    review = ReviewHistory.objects.get()
    assert (review.user, review.content, review.result) == (owner.user, content, "remembered")
    assert (review.time_spent, review.notes) == (42, "'; DROP TABLE reviews_reviewhistory; --")


def test_a_strangers_content_is_unknown(content, stranger):
    refused = complete(stranger, content)

    assert refused.status_code == 404
    assert list(refused.json()) == ["content_id"]
    assert not ReviewHistory.objects.exists()


def test_nobody_is_asked_to_sign_in(client, content):
    assert client.post(URL, {"content_id": content.pk, "result": "forgot"}).status_code == 401


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ({}, {"content_id", "result"}),
        ({"result": "maybe"}, {"content_id", "result"}),
        ({"content_id": "x", "result": "forgot"}, {"content_id"}),
        ({"content_id": 2**70, "result": "forgot"}, {"content_id"}),
        ({"content_id": 1, "result": "forgot", "time_spent": -1}, {"time_spent"}),
        ({"content_id": 1, "result": "forgot", "time_spent": 86_401}, {"time_spent"}),
        ({"content_id": 1, "result": "forgot", "notes": "x" * 5001}, {"notes"}),
        ({"content_id": 1, "result": "forgot", "notes": "\x00"}, {"notes"}),
    ],
)
def test_the_fields_at_fault_are_named(owner, form, fields):
    refused = owner.post(URL, **form)

    assert refused.status_code == 400
    assert set(refused.json()) == fields


def test_a_lower_tier_caps_the_index(owner, content):
    owner.patch("/api/accounts/profile/", tier="PRO")
    ReviewSchedule.objects.update(interval_index=7)

    owner.patch("/api/accounts/profile/", tier="BASIC")
    assert ReviewSchedule.objects.get().interval_index == 6
    owner.patch("/api/accounts/profile/", tier="FREE")
    assert ReviewSchedule.objects.get().interval_index == 1


def test_the_admins_change_of_a_tier_caps_too_and_other_changes_do_not(owner, content):
    ReviewSchedule.objects.update(interval_index=7)
    owner.user.save(update_fields=["last_login"])
    assert ReviewSchedule.objects.get().interval_index == 7

    owner.user.tier = "BASIC"
    owner.user.save()
    assert ReviewSchedule.objects.get().interval_index == 6


@pytest.mark.django_db(transaction=True)
def test_two_reviews_at_once_count_one_after_the_other(owner):
    owner.patch("/api/accounts/profile/", tier="PRO")
    content = Content.objects.create(author=owner.user, title="Water", body="mizu")
    together = threading.Barrier(4)

    def review():
        together.wait()
        complete(owner, content)
        connection.close()

    threads = [threading.Thread(target=review) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ReviewSchedule.objects.get().interval_index == 4
    assert ReviewHistory.objects.count() == 4
