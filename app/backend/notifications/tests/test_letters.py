"""What the e-mails say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from accounts.models import Language
from contents.models import Content
from notifications import letters
from notifications.texts import TEXTS
from reviews.models import ReviewHistory, ReviewSchedule

NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture
def contents(owner):
    made = [Content.objects.create(author=owner.user, title=str(n), body="x") for n in range(3)]
    ReviewSchedule.objects.update(next_review_date=NOW - timedelta(days=1))
    return made


@pytest.mark.parametrize(("due", "words"), [(1, "1 review"), (2, "2 reviews"), (3, "3 reviews")])
def test_reviews_are_counted(owner, contents, due, words):
    ReviewSchedule.objects.filter(content__in=contents[due:]).update(is_active=False)

    morning = letters.due_today({owner.user.pk: "en"}, NOW, SEOUL)[owner.user.pk]
    evening = letters.still_due({owner.user.pk: "en"}, NOW, SEOUL)[owner.user.pk]

    assert morning.subject == f"{words} today"
    assert evening.subject == f"{words} left for today"
    assert "/profile" in morning.body


def test_only_those_who_were_asked_for_are_written_to(owner, stranger, contents):
    assert letters.due_today({stranger.user.pk: "en"}, NOW, SEOUL) == {}
    assert letters.week({stranger.user.pk: "en"}, NOW, SEOUL) == {}


def test_the_week_ends_at_the_moment_of_writing(owner, contents):
    for days in (0.1, 6.9, 7.1):
        ReviewHistory.objects.create(
            user=owner.user, content=contents[0], result="partial", reviewed_at=NOW - timedelta(days=days)
        )

    summary = letters.week({owner.user.pk: "en"}, NOW, SEOUL)[owner.user.pk]

    assert "Reviews in the last seven days: 2\nRemembered: 0\nDue today: 3\n" in summary.body


def test_today_ends_at_midnight_of_the_zone(owner, contents):
    ReviewSchedule.objects.update(next_review_date=datetime(2026, 11, 24, 15, 30, tzinfo=UTC))

    assert letters.due_today({owner.user.pk: "en"}, NOW, SEOUL) == {}
    assert letters.due_today({owner.user.pk: "en"}, NOW, ZoneInfo("Europe/Berlin"))


def test_each_user_is_written_to_in_the_users_language(owner, stranger, contents):
    Content.objects.create(author=stranger.user, title="Water", body="mizu")
    ReviewSchedule.objects.update(next_review_date=NOW - timedelta(days=1))
    readers = {owner.user.pk: "ko", stranger.user.pk: "en"}

    morning, evening, week = (
        write(readers, NOW, SEOUL) for write in (letters.due_today, letters.still_due, letters.week)
    )

    assert morning[owner.user.pk].subject == "오늘 복습 3개"
    assert "오늘 복습 3개가" in evening[owner.user.pk].body
    assert "지난 7일 동안의 복습: 0\n기억함: 0\n오늘 복습할 내용: 3\n" in week[owner.user.pk].body
    assert morning[stranger.user.pk].subject == "1 review today"
    for letter in (morning, evening, week):
        assert letter[owner.user.pk].body.endswith("/profile\n")


def test_every_language_has_every_text():
    assert set(TEXTS) == set(Language)
    for texts in TEXTS.values():
        for letter in (texts.morning(2), texts.evening(2), texts.week(3, 2, 1)):
            assert letter.subject
            assert settings.FRONTEND_URL in letter.body
