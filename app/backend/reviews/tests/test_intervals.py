"""The rule of spaced repetition, without a database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tier
from reviews.intervals import INTERVALS, end_of_today, last_index, next_date, next_index, start_of_day
from reviews.models import Result

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")


def test_the_intervals_are_those_of_the_tiers():
    assert INTERVALS == {
        "FREE": (1, 3),
        "BASIC": (1, 3, 7, 14, 30, 60, 90),
        "PRO": (1, 3, 7, 14, 30, 60, 120, 180),
    }


@pytest.mark.parametrize(
    ("tier", "index", "result", "expected"),
    [
        ("FREE", 0, "remembered", 1),
        ("FREE", 1, "remembered", 1),
        ("PRO", 6, "remembered", 7),
        ("PRO", 7, "remembered", 7),
        ("BASIC", 3, "partial", 3),
        ("BASIC", 3, "forgot", 0),
        ("FREE", 5, "partial", 1),
    ],
)
def test_next_index(tier, index, result, expected):
    assert next_index(tier, index, result) == expected


@pytest.mark.parametrize(("result", "days"), [("remembered", 7), ("partial", 7), ("forgot", 0)])
def test_next_date(result, days):
    assert next_date("BASIC", 2, result, NOW, SEOUL) == NOW + timedelta(days=days)


@given(st.sampled_from(Tier.values), st.integers(0, 20), st.sampled_from(Result.values))
def test_an_index_never_leaves_its_tier(tier, index, result):
    assert 0 <= next_index(tier, index, result) <= last_index(tier)


@given(st.sampled_from(Tier.values), st.lists(st.sampled_from(Result.values), max_size=12))
def test_only_forgetting_shortens_the_interval(tier, results):
    index = 0
    for result in results:
        after = next_index(tier, index, result)
        assert after >= index or result == Result.FORGOT
        index = after


def test_days_are_the_users_own():
    # 03:00 UTC is noon in Seoul and still yesterday evening in Los Angeles.
    assert end_of_today(NOW, SEOUL) == datetime(2026, 11, 24, tzinfo=SEOUL)
    angeles = ZoneInfo("America/Los_Angeles")
    assert end_of_today(NOW, angeles) == datetime(2026, 11, 23, tzinfo=angeles)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_a_review_keeps_its_hour_over_summer_time(day):
    berlin = ZoneInfo("Europe/Berlin")
    reviewed = datetime(day.year, day.month, day.day, 21, 0, tzinfo=berlin)

    due = next_date("FREE", 0, "partial", reviewed, berlin)

    assert (due.date(), due.hour) == (day + timedelta(days=1), 21)


def test_a_review_on_a_day_of_25_hours_is_not_due_again_that_day():
    berlin = ZoneInfo("Europe/Berlin")
    reviewed = datetime(2026, 10, 25, 0, 10, tzinfo=berlin)

    assert next_date("FREE", 0, "partial", reviewed, berlin) >= end_of_today(reviewed, berlin)


def test_a_day_starts_at_midnight_of_its_zone():
    assert start_of_day(date(2026, 11, 23), SEOUL).isoformat() == "2026-11-23T00:00:00+09:00"
