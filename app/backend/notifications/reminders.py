"""Writes reminders and weekly summaries into the outbox: each user's, at the user's local time, once.

Once, because the e-mail's key names its kind, its local day and its user, and the outbox keeps one row for
each key.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from notifications import letters
from notifications.models import NotificationPreference
from notifications.texts import Letter
from notifications.windows import Window, windows
from outbox import messages
from outbox.models import Message

# What a kind's letters say to users of one zone, by user id; users who have nothing to hear are left out.
Writer = Callable[[letters.Readers, datetime, ZoneInfo], Mapping[int, Letter]]
KINDS: dict[str, Writer] = {
    "daily": letters.due_today,
    "evening": letters.still_due,
    "weekly": letters.week,
}
BATCH = 1000


def send_due(now: datetime) -> int:
    """Writes what is due at `now` in every time zone; returns how many e-mails that were."""
    zones = (
        User.objects.filter(is_active=True)
        .order_by("time_zone")
        .values_list("time_zone", flat=True)
        .distinct()
    )
    return sum(_send_in_zone(kind, ZoneInfo(name), now) for name in zones for kind in KINDS)


def _send_in_zone(kind: str, zone: ZoneInfo, now: datetime) -> int:
    count = 0
    for window in windows(now, zone):
        for batch in _batches(_waiting(kind, zone, window)):
            written = KINDS[kind]({user: language for user, _, language in batch}, now, zone)
            rows = [
                Message(
                    key=f"{_prefix(kind, window.day)}{user}",
                    recipient=address,
                    subject=written[user].subject,
                    body=written[user].body,
                )
                for user, address, _ in batch
                if user in written
            ]
            messages.add(rows)
            count += len(rows)
    return count


def _waiting(
    kind: str, zone: ZoneInfo, window: Window
) -> QuerySet[NotificationPreference, tuple[int, str, str]]:
    """Id, address and language of those whose time lies in the window, without such an e-mail of that day."""
    chosen: dict[str, Any] = {f"{kind}_enabled": True, "user__is_active": True, "user__time_zone": zone.key}
    if window.after is not None:
        chosen[f"{kind}_time__gt"] = window.after
    if window.until is not None:
        chosen[f"{kind}_time__lte"] = window.until
    if kind == "weekly":
        chosen["weekly_day"] = window.day.weekday()
    key = Concat(Value(_prefix(kind, window.day)), Cast(OuterRef("user_id"), CharField()))
    return (
        NotificationPreference.objects.filter(~Q(Exists(Message.objects.filter(key=key))), **chosen)
        .order_by("user_id")
        .values_list("user_id", "user__email", "user__language")
    )


def _prefix(kind: str, day: date) -> str:
    return f"{kind}:{day.isoformat()}:"


def _batches(rows: QuerySet[Any, tuple[int, str, str]]) -> Iterator[list[tuple[int, str, str]]]:
    """All rows in lists of at most BATCH, read at once: the batches written change the query."""
    found = list(rows)
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]
