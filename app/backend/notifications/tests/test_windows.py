"""Local times that have just passed, around midnight and summer time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from notifications.windows import windows

SWEEP = timedelta(minutes=15)


def days_on_which_it_is_met(wanted, zone, start, end):
    """Local days whose window held `wanted`, over all sweeps from start to end (UTC)."""
    met = set()
    now = start
    while now <= end:
        for window in windows(now, ZoneInfo(zone)):
            after = window.after is None or wanted > window.after
            until = window.until is None or wanted <= window.until
            if after and until:
                met.add(window.day)
        now += SWEEP
    return met


@pytest.mark.parametrize(
    "zone", ["Asia/Seoul", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "UTC"]
)
@pytest.mark.parametrize("wanted", [time(0), time(0, 5), time(9), time(20), time(23, 55)])
def test_every_time_is_met_on_every_day(zone, wanted):
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 30, tzinfo=UTC)

    met = days_on_which_it_is_met(wanted, zone, start, end)

    first, last = start.astimezone(ZoneInfo(zone)).date(), end.astimezone(ZoneInfo(zone)).date()
    inner = {first + timedelta(days=n) for n in range(1, (last - first).days)}
    assert inner <= met


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
@pytest.mark.parametrize("wanted", [time(1, 30), time(2), time(2, 30), time(3)])
def test_an_hour_that_is_skipped_or_repeated_is_met(day, wanted):
    """In Berlin 02:30 does not exist on 29 March and exists twice on 25 October."""
    met = days_on_which_it_is_met(wanted, "Europe/Berlin", day, day + timedelta(hours=12))

    assert day.date() in met


def test_a_sweep_on_the_minute_meets_that_minute_and_an_earlier_one_does_not():
    nine_in_seoul = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)

    (window,) = windows(nine_in_seoul, ZoneInfo("Asia/Seoul"))
    (earlier,) = windows(nine_in_seoul - timedelta(seconds=1), ZoneInfo("Asia/Seoul"))

    assert window.after < time(9) <= window.until
    assert time(9) > earlier.until
