"""`manage.py seed_demo`"""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from contents.models import Content
from notifications import reminders
from reviews.intervals import last_index
from reviews.models import ReviewHistory, ReviewSchedule


def seed(**options):
    out = StringIO()
    call_command("seed_demo", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def seeded(db):
    return seed(password="shown-to-people-1")


def test_three_users_of_the_three_tiers_who_can_sign_in(seeded, client):
    assert (
        seeded == "Created demo1@example.com, demo2@example.com, demo3@example.com with the given password.\n"
    )
    assert [user.tier for user in User.objects.all()] == ["FREE", "BASIC", "PRO"]
    form = {"email": "demo2@example.com", "password": "shown-to-people-1"}
    assert client.post("/api/auth/token/", form).status_code == 200


def test_contents_keep_the_rules(seeded):
    for content in Content.objects.all():
        content.full_clean()
    for schedule in ReviewSchedule.objects.select_related("user"):
        assert schedule.interval_index <= last_index(schedule.user.tier)
        assert schedule.next_review_date > timezone.now() or schedule.initial_review_completed


def test_there_is_something_to_see(seeded):
    user = User.objects.get(email="demo1@example.com")
    assert Content.objects.filter(author=user).count() == 21
    assert ReviewHistory.objects.filter(user=user).count() > 30
    assert ReviewHistory.objects.filter(reviewed_at__gt=timezone.now()).count() == 0


def test_seeding_again_changes_nothing(seeded):
    before = ReviewHistory.objects.count()

    assert seed() == "All demo users exist already; nothing was changed.\n"
    assert ReviewHistory.objects.count() == before


def test_a_drawn_password_is_told_once(db, client):
    words = seed(users=1).split()

    form = {"email": "demo1@example.com", "password": words[-1].rstrip(".")}
    assert client.post("/api/auth/token/", form).status_code == 200


def test_demo_users_get_no_mail(seeded):
    assert reminders.send_due(timezone.now()) == 0
