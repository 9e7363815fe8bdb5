"""Runs in a web Pod by `manage.py shell`: a user with 1,000 contents that are all due.

Its last line is a JSON object: a token, the contents' ids, the two statements of the hot endpoints with this
user's values, and how many queries each endpoint asks with 10 contents and with 1,000.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client

CONTENTS = 1000
BODY = "**mizu** (water)\n\n" + "- a line of a note that is worth to be remembered\n" * 6

Content: Any = apps.get_model("contents", "Content")
Category: Any = apps.get_model("categories", "Category")
User: Any = apps.get_model("accounts", "User")
today: Any = import_module("reviews.today")
intervals: Any = import_module("reviews.intervals")
capture: Any = import_module("django.test.utils").CaptureQueriesContext
tokens: Any = import_module("rest_framework_simplejwt.tokens")


def fill(count: int) -> Any:
    """A user with so many contents, half of them in a category."""
    user = User.objects.create_user(
        f"bench-{count}-{time.time_ns()}@example.com", "unused-passw0rd", tier="PRO"
    )
    category = Category.objects.create(owner=user, name="Words")
    for number in range(count):
        Content.objects.create(
            author=user, title=f"Word {number}", body=BODY, category=category if number % 2 else None
        )
    return user


def token_of(user: Any) -> str:
    """An access token of an hour."""
    return str(tokens.RefreshToken.for_user(user).access_token)


def queries(user: Any) -> list[int]:
    """How many queries today's list, not kept, and a completed review ask."""
    headers = {"Authorization": f"Bearer {token_of(user)}", "Host": "localhost"}
    body = {"content_id": Content.objects.filter(author=user).first().pk, "result": "forgot"}
    counts = []
    calls: list[Callable[[], Any]] = [
        lambda: Client().get(f"/api/review/today/?never={time.time_ns()}", headers=headers),
        lambda: Client().post("/api/review/complete/", body, "application/json", headers=headers),
    ]
    for call in calls:
        with capture(connection) as asked:
            status = call().status_code
        if status != 200:
            raise RuntimeError(f"answered {status}")
        counts.append(sum(not _frames(query["sql"]) for query in asked.captured_queries))
    return counts


def _frames(sql: str) -> bool:
    """Whether it is no query but the frame of a transaction."""
    return sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))


def statement(sql: str, *values: Any) -> str:
    """With its values in place, as PostgreSQL's own client writes them."""
    with connection.cursor() as cursor:
        written: bytes = cursor.mogrify(sql, values)
        return written.decode()


def complete(user: Any, content: int) -> str:
    """What a completed review reads and writes, the user's own row included, in one transaction."""
    return "\n".join(
        [
            statement("SELECT * FROM accounts_user WHERE id = %s;", user.pk),
            "BEGIN;",
            statement(
                "SELECT * FROM reviews_reviewschedule"
                " WHERE user_id = %s AND content_id = %s AND is_active FOR UPDATE;",
                user.pk,
                content,
            ),
            statement(
                "UPDATE reviews_reviewschedule SET next_review_date = now(), interval_index = 0,"
                " initial_review_completed = true WHERE user_id = %s AND content_id = %s;",
                user.pk,
                content,
            ),
            statement(
                "INSERT INTO reviews_reviewhistory (user_id, content_id, result, notes, reviewed_at)"
                " VALUES (%s, %s, 'forgot', '', now());",
                user.pk,
                content,
            ),
            "COMMIT;",
        ]
    )


few, many = fill(10), fill(CONTENTS)
ids = list(Content.objects.filter(author=many).values_list("pk", flat=True))
until = intervals.end_of_today(import_module("django.utils.timezone").now(), many.zone)
sys.stdout.write(
    json.dumps(
        {
            "token": token_of(many),
            "ids": ids,
            "today": statement(today._PAGE, many.pk, until, many.pk, until, 20, 0),
            "complete": complete(many, ids[0]),
            "queries": [queries(few), queries(many)],
        }
    )
)
