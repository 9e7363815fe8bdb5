"""What the e-mails say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contents.models import Content
from notifications import letters
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

    morning = letters.due_today([owner.user.pk], NOW, SEOUL)[owner.user.pk]
    evening = letters.still_due([owner.user.pk], NOW, SEOUL)[owner.user.pk]

    assert morning.subject == f"{words} today"
    assert evening.subject == f"{words} left for today"
    assert "/profile" in morning.body


def test_only_those_who_were_asked_for_are_written_to(owner, stranger, contents):
    assert letters.due_today([stranger.user.pk], NOW, SEOUL) == {}
    assert letters.week([stranger.user.pk], NOW, SEOUL) == {}


def test_the_week_ends_at_the_moment_of_writing(owner, contents):
    for days in (0.1, 6.9, 7.1):
        ReviewHistory.objects.create(
            user=owner.user, content=contents[0], result="partial", reviewed_at=NOW - timedelta(days=days)
        )

    summary = letters.week([owner.user.pk], NOW, SEOUL)[owner.user.pk]

    assert "Reviews in the last seven days: 2\nRemembered: 0\nDue today: 3\n" in summary.body


def test_today_ends_at_midnight_of_the_zone(owner, contents):
    ReviewSchedule.objects.update(next_review_date=datetime(2026, 11, 24, 15, 30, tzinfo=UTC))

    assert letters.due_today([owner.user.pk], NOW, SEOUL) == {}
    assert letters.due_today([owner.user.pk], NOW, ZoneInfo("Europe/Berlin"))
