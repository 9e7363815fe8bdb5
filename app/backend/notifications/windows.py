"""Which wall-clock times have just passed in a time zone. Pure.

A sweep looks back GRACE, so that a late beat sends what was due meanwhile, and not the whole day's. The wall
clock is asked twice, at both ends, so that an hour skipped or repeated by summer time is neither lost nor,
with one e-mail for each kind and day, sent twice.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRACE = timedelta(hours=3)


@dataclass(frozen=True)
class Window:
    """The times of one local day in (after, until]; None is that end of the day."""

    day: date
    after: time | None
    until: time | None


def windows(now: datetime, zone: ZoneInfo) -> list[Window]:
    """The local times passed within GRACE of `now`: one window, or two around midnight."""
    end = now.astimezone(zone)
    start = (now - GRACE).astimezone(zone)
    if start.date() == end.date():
        return [Window(end.date(), start.time(), end.time())]
    return [Window(start.date(), start.time(), None), Window(end.date(), None, end.time())]
