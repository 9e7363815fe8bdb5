"""The hot queries use their indexes: shown by EXPLAIN on a million schedules, and on fewer always."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contents.models import Content
from reviews import today
from reviews.intervals import end_of_today
from reviews.models import ReviewHistory, ReviewSchedule

EACH = 1000


def fill(users):
    """Users with EACH schedules over 200 days, written by PostgreSQL itself; returns one of them."""
    User.objects.bulk_create(User(email=f"u{n}@example.com", password="!") for n in range(users))
    first = User.objects.order_by("id").values_list("id", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contents_content (title, body, author_id, created_at, updated_at)"
            " SELECT 'c' || n, 'x', %s + mod(n, %s), now() - n * interval '1 second', now()"
            " FROM generate_series(1, %s) n",
            [first, users, users * EACH],
        )
        cursor.execute(
            "INSERT INTO reviews_reviewschedule"
            " (user_id, content_id, next_review_date, interval_index, is_active, initial_review_completed)"
            " SELECT author_id, id, now() + (mod(id * 7919, 200) - 20) * interval '1 day', 0, true, true"
            " FROM contents_content"
        )
        cursor.execute(
            "INSERT INTO reviews_reviewhistory (user_id, content_id, result, notes, reviewed_at)"
            " SELECT author_id, id, 'remembered', '', now() - mod(id * 104729, 400) * interval '1 day'"
            " FROM contents_content"
        )
        for table in ("accounts_user", "contents_content", "reviews_reviewschedule", "reviews_reviewhistory"):
            cursor.execute(f"VACUUM ANALYZE {table}")
    return User.objects.get(pk=first + users // 2)


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def explain(sql, parameters):
    """Names of the indexes used, relations read as a whole, kinds of nodes, and the time."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        (root,) = cursor.fetchone()[0]
    found = list(nodes(root["Plan"]))
    return {
        "indexes": {node["Index Name"] for node in found if "Index Name" in node},
        "whole": {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"},
        "kinds": {node["Node Type"] for node in found},
        "milliseconds": root["Execution Time"],
    }


def explain_query(query):
    return explain(*query.query.sql_with_params())


def check_plans(user):
    chosen = (user.pk, end_of_today(timezone.now(), user.zone))
    plan = explain(today._PAGE, (*chosen, *chosen, 20, 0))
    assert "schedule_due_of_user" in plan["indexes"]
    assert not plan["whole"] & {"reviews_reviewschedule", "contents_content"}
    # The index gives the rows in their order; only the first page is read.
    assert "Sort" not in plan["kinds"]

    complete = explain_query(
        ReviewSchedule.objects.filter(user=user, content_id=Content.objects.filter(author=user)[0].pk)
    )
    assert not complete["whole"]

    contents = explain_query(Content.objects.filter(author=user)[:20])
    assert contents["indexes"] == {"content_newest_of_author"}
    assert "Sort" not in contents["kinds"]

    history = explain_query(ReviewHistory.objects.filter(user=user, reviewed_at__gte=timezone.now()))
    assert history["indexes"] == {"history_newest_of_user"}
    return plan["milliseconds"]


@pytest.mark.django_db(transaction=True)
def test_hot_queries_use_their_indexes():
    check_plans(fill(users=20))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_hot_queries_use_their_indexes_on_a_million_schedules():
    assert check_plans(fill(users=1000)) < 20
