"""The rule of spaced repetition: pure functions from tier, index and result to the next date.

Days are counted on the calendar of the user's time zone, so that a content reviewed at 21:00 is due at
21:00 after a change to or from summer time too.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Tier
from reviews.models import Result

INTERVALS: dict[str, tuple[int, ...]] = {
    Tier.FREE: (1, 3),
    Tier.BASIC: (1, 3, 7, 14, 30, 60, 90),
    Tier.PRO: (1, 3, 7, 14, 30, 60, 120, 180),
}


def last_index(tier: str) -> int:
    """The highest interval_index of a tier."""
    return len(INTERVALS[tier]) - 1


def next_index(tier: str, index: int, result: str) -> int:
    """The index after a review; never above the tier's last."""
    if result == Result.FORGOT:
        return 0
    step = 1 if result == Result.REMEMBERED else 0
    return min(index + step, last_index(tier))


def next_date(tier: str, index: int, result: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a content with this new `index` is due again; what was forgotten stays in today's list."""
    if result == Result.FORGOT:
        return now
    return now.astimezone(zone) + timedelta(days=INTERVALS[tier][index])


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of `day` in `zone`."""
    return datetime.combine(day, datetime.min.time(), zone)


def end_of_today(now: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of the user's tomorrow: what is due before it is today's."""
    return start_of_day(now.astimezone(zone).date() + timedelta(days=1), zone)
