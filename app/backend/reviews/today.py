"""Today's list as rows for JSON: the hottest read of all, so its SQL is written out.

The same through models and serializers costs four times the time, nearly all of it in making objects that
are taken apart again. `reviews/tests/test_today.py` holds both to the same answer.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any, overload

from django.db import connections, router
from django.utils import timezone

from accounts.models import User
from reviews.intervals import end_of_today
from reviews.models import ReviewSchedule

_PAGE = """
SELECT (SELECT count(*) FROM reviews_reviewschedule
        WHERE user_id = %s AND is_active AND next_review_date < %s),
       schedule.id, schedule.next_review_date, schedule.interval_index, schedule.initial_review_completed,
       content.id, content.title, content.body, content.category_id, category.name,
       content.created_at, content.updated_at
FROM reviews_reviewschedule AS schedule
JOIN contents_content AS content ON content.id = schedule.content_id
LEFT JOIN categories_category AS category ON category.id = content.category_id
WHERE schedule.user_id = %s AND schedule.is_active AND schedule.next_review_date < %s
ORDER BY schedule.next_review_date, schedule.id
LIMIT %s OFFSET %s
"""


class Today(Sequence[dict[str, Any]]):
    """What is due before the user's day ends, oldest first; a paginator asks for its length and a slice.

    The length comes with the first page, in one query; the first `size` rows are that page.
    """

    def __init__(self, user: User, size: int) -> None:
        self._user, self._size = user, size
        self._until = end_of_today(timezone.now(), user.zone)

    @cached_property
    def _first(self) -> list[tuple[Any, ...]]:
        return self._ask(self._size, 0)

    def __len__(self) -> int:
        return int(self._first[0][0]) if self._first else 0

    @overload
    def __getitem__(self, part: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, part: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, part: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        zone = timezone.get_current_timezone()
        if part.start == 0 and part.stop <= self._size:
            rows = self._first[: part.stop]
        else:
            rows = self._ask(part.stop - part.start, part.start)
        return [self._row(row, zone) for row in rows]

    def _ask(self, limit: int, offset: int) -> list[tuple[Any, ...]]:
        chosen = (self._user.pk, self._until)
        with connections[router.db_for_read(ReviewSchedule)].cursor() as cursor:
            cursor.execute(_PAGE, (*chosen, *chosen, limit, offset))
            return list(cursor.fetchall())

    def _row(self, row: tuple[Any, ...], zone: tzinfo) -> dict[str, Any]:
        (_, pk, due, index, completed, content, title, body, category, category_name, created, updated) = row
        return {
            "id": pk,
            "content": {
                "id": content,
                "title": title,
                "body": body,
                "author": self._user.email,
                "category": category,
                "category_name": category_name,
                "created_at": _text(created, zone),
                "updated_at": _text(updated, zone),
            },
            "next_review_date": _text(due, zone),
            "interval_index": index,
            "initial_review_completed": completed,
        }


def _text(moment: datetime, zone: tzinfo) -> str:
    """As DRF writes it."""
    text = moment.astimezone(zone).isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
