"""Reminders: at the user's local time, once, and only with something to say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contents.models import Content
from notifications import reminders
from notifications.models import NotificationPreference
from outbox.models import Message
from reviews.models import ReviewHistory, ReviewSchedule
from testing.people import person

# A Monday.
DAY = datetime(2026, 11, 23, tzinfo=UTC)


def learner(zone="Asia/Seoul", due=DAY - timedelta(days=2), email=None):
    made = person(email or f"{zone.lower().replace('/', '.')}@example.com", time_zone=zone)
    content = Content.objects.create(author=made.user, title="Water", body="x")
    ReviewSchedule.objects.filter(content=content).update(next_review_date=due)
    return made.user


def local(zone, *when):
    """A local moment as beat's tasks see it: in UTC."""
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def kinds():
    return sorted(Message.objects.values_list("key", flat=True))


@pytest.mark.parametrize(
    "zone",
    ["Asia/Seoul", "Asia/Kathmandu", "America/Los_Angeles", "Pacific/Kiritimati", "Europe/Berlin", "UTC"],
)
def test_hours_are_the_users_own_and_not_those_of_utc(db, zone):
    user = learner(zone)

    assert reminders.send_due(local(zone, 2026, 11, 24, 8, 59)) == 0
    assert reminders.send_due(local(zone, 2026, 11, 24, 9, 0)) == 1
    assert kinds() == [f"daily:2026-11-24:{user.pk}"]
    assert reminders.send_due(local(zone, 2026, 11, 24, 20, 0)) == 1
    assert kinds()[1] == f"evening:2026-11-24:{user.pk}"


def test_each_reminder_comes_once_however_often_beat_asks(db):
    learner()
    nine = local("Asia/Seoul", 2026, 11, 24, 9, 0)

    sent = [reminders.send_due(nine + timedelta(minutes=15 * n)) for n in range(8)]

    assert sent == [1, 0, 0, 0, 0, 0, 0, 0]


def test_two_sweeps_at_once_write_one_row(db, monkeypatch):
    """Both have asked who is waiting before either has written."""
    user = learner()
    nine = local("Asia/Seoul", 2026, 11, 24, 9, 0)
    reminders.send_due(nine)
    asked_before = [(user.pk, user.email, user.language)]
    monkeypatch.setattr(reminders, "_waiting", lambda kind, *_: asked_before if kind == "daily" else [])

    reminders.send_due(nine)

    assert Message.objects.count() == 1


def test_a_late_beat_catches_up_within_hours_but_not_at_night(db):
    learner()

    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 24, 11, 30)) == 1
    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 25, 13, 0)) == 0


def test_the_week_is_summed_up_on_monday_morning(db):
    user = learner(due=DAY + timedelta(days=30))
    content = Content.objects.get()
    for result, days in (("remembered", 1), ("forgot", 2), ("remembered", 9)):
        ReviewHistory.objects.create(
            user=user, content=content, result=result, reviewed_at=DAY - timedelta(days=days)
        )

    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 22, 9, 0)) == 0
    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 23, 9, 0)) == 1

    summary = Message.objects.get()
    assert summary.key == f"weekly:2026-11-23:{user.pk}"
    assert "Reviews in the last seven days: 2\nRemembered: 1\nDue today: 0\n" in summary.body


def test_the_reminder_says_how_much_is_due_and_where(db, settings):
    settings.FRONTEND_URL = "https://resee.example.com"
    user = learner()
    second = Content.objects.create(author=user, title="Fire", body="x")
    ReviewSchedule.objects.filter(content=second).update(next_review_date=DAY)

    reminders.send_due(local("Asia/Seoul", 2026, 11, 24, 9, 0))

    row = Message.objects.get()
    assert (row.recipient, row.subject) == (user.email, "2 reviews today")
    assert "https://resee.example.com/review" in row.body


@pytest.mark.parametrize("why", ["nothing due", "switched off", "deactivated", "schedule paused"])
def test_nobody_is_bothered_for_nothing(db, why):
    user = learner()
    match why:
        case "nothing due":
            ReviewSchedule.objects.update(next_review_date=DAY + timedelta(days=30))
        case "switched off":
            NotificationPreference.objects.update(daily_enabled=False)
        case "deactivated":
            user.is_active = False
            user.save()
        case "schedule paused":
            ReviewSchedule.objects.update(is_active=False)

    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 24, 9, 0)) == 0


def test_chosen_times_count(db):
    learner()
    NotificationPreference.objects.update(
        daily_time="06:45", evening_time="23:50", weekly_day=2, weekly_time="12:00"
    )

    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 24, 6, 45)) == 1
    # The sweep that meets 23:50 comes after midnight; the e-mail is yesterday's.
    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 25, 0, 0)) == 1
    assert kinds()[-1].startswith("evening:2026-11-24:")
    assert reminders.send_due(local("Asia/Seoul", 2026, 11, 25, 12, 0)) == 1
    assert kinds()[-1].startswith("weekly:2026-11-25:")


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_one_reminder_on_the_days_when_the_clock_changes(db, month, day):
    """02:30 is skipped in Berlin on 29 March and comes twice on 25 October."""
    learner("Europe/Berlin", due=datetime(2026, 1, 1, tzinfo=UTC))
    NotificationPreference.objects.update(daily_time="02:30", evening_enabled=False, weekly_enabled=False)
    midnight = datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=2)

    sent = [reminders.send_due(midnight + timedelta(minutes=15 * n)) for n in range(24)]

    assert sum(sent) == 1
    assert kinds()[0].startswith(f"daily:2026-{month:02}-{day:02}:")


def test_the_number_of_queries_depends_on_zones_and_not_on_users(db):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            reminders.send_due(local("Asia/Seoul", 2026, 11, 24, 9, 0))
        return len(captured)

    learner(email="first@example.com")
    few = queries()
    Message.objects.all().delete()
    for n in range(20):
        learner(email=f"{n}@example.com")

    assert queries() == few
    assert Message.objects.count() == 21


def test_a_reminder_is_written_in_the_users_language(db):
    user = learner()
    user.language = "ko"
    user.save()

    reminders.send_due(local("Asia/Seoul", 2026, 11, 24, 9, 0))

    assert Message.objects.get().subject == "오늘 복습 1개"
