"""/api/analytics/export/: a task that the API starts, and its result."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from analytics import tasks
from analytics.models import Export
from categories.models import Category
from contents.models import Content
from core.redis import broker

URL = "/api/analytics/export/"


@pytest.fixture
def sent(monkeypatch):
    """Ids that were handed to the queue."""
    ids = []
    monkeypatch.setattr(tasks.make_export, "apply_async", lambda args, task_id: ids.append((*args, task_id)))
    return ids


@pytest.fixture
def export(owner):
    return Export.objects.create(owner=owner.user)


def test_the_task_is_sent_once_its_row_is_committed(owner, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        started = owner.post(URL)
        assert sent == []

    assert started.status_code == 202
    task_id = started.json()["task_id"]
    assert started.json() == {"task_id": task_id, "status": "pending"}
    assert sent == [(task_id, task_id)]
    waiting = owner.get(f"{URL}{task_id}/").json()
    assert (waiting["status"], waiting["result"]) == ("pending", None)


def test_the_result_is_everything_the_owner_wrote(owner, stranger, export):
    kanji = Category.objects.create(owner=owner.user, name="Kanji")
    Content.objects.create(author=owner.user, title="Water", body="mizu", category=kanji)
    Content.objects.create(author=stranger.user, title="Secret", body="x")

    tasks.make_export(str(export.pk))

    answer = owner.get(f"{URL}{export.pk}/").json()
    assert answer["status"] == "done"
    result = answer["result"]
    assert (result["email"], result["count"]) == ("owner@example.com", 1)
    row = result["contents"][0]
    assert (row["title"], row["body"], row["category"], row["interval_index"]) == (
        "Water",
        "mizu",
        "Kanji",
        0,
    )


def test_stranger_and_nobody_see_no_export(stranger, client, export):
    assert stranger.get(f"{URL}{export.pk}/").status_code == 404
    assert client.get(f"{URL}{export.pk}/").status_code == 401
    assert client.post(URL).status_code == 401
    assert stranger.get(f"{URL}{uuid4()}/").status_code == 404


def test_running_twice_changes_nothing(export):
    tasks.make_export(str(export.pk))
    first = Export.objects.get()

    assert tasks.make_export(str(export.pk)) == "done"
    assert Export.objects.get().finished_at == first.finished_at


def test_a_task_from_before_a_restore_whose_row_is_gone_is_no_error(db):
    assert tasks.make_export(str(uuid4())) == "gone"


def test_a_failure_is_told(owner, export, monkeypatch):
    def broken(_):
        raise ValueError("broken")

    monkeypatch.setattr(tasks, "document", broken)

    with pytest.raises(ValueError, match="broken"):
        tasks.make_export(str(export.pk))

    assert owner.get(f"{URL}{export.pk}/").json()["status"] == "failed"


@pytest.mark.parametrize("error", tasks.DATABASE_AWAY)
def test_an_export_whose_database_goes_away_is_made_a_little_later(owner, export, monkeypatch, error):
    """As in a failover: it is neither failed nor left for beat."""
    makes, calls = tasks.document, []

    def breaks_off_once(export):
        calls.append(export)
        if len(calls) == 1:
            raise error("server closed the connection")
        return makes(export)

    monkeypatch.setattr(tasks, "document", breaks_off_once)

    assert tasks.make_export.apply((str(export.pk),)).get() == "done"
    assert len(calls) == 2
    assert owner.get(f"{URL}{export.pk}/").json()["status"] == "done"


def test_a_broker_that_is_away_fails_no_request(owner, monkeypatch, django_capture_on_commit_callbacks):
    def away(*_, **__):
        raise OperationalError("no route")

    monkeypatch.setattr(tasks.make_export, "apply_async", away)

    with django_capture_on_commit_callbacks(execute=True):
        assert owner.post(URL).status_code == 202


def test_beat_sends_what_was_lost_and_forgets_what_is_old(owner, sent):
    now = timezone.now()

    def made(age, **fields):
        return Export.objects.create(owner=owner.user, created_at=now - age, **fields)

    made(timedelta(seconds=30))
    lost = made(timedelta(minutes=2))
    made(timedelta(minutes=6), status="done")
    made(timedelta(days=2), status="done")

    assert tasks.sweep_exports() == 1
    assert sent == [(str(lost.pk), str(lost.pk))]
    assert Export.objects.count() == 3


def test_what_may_still_wait_in_its_queue_is_not_sent_twice(owner, sent):
    for minutes in (2, 6):
        Export.objects.create(owner=owner.user, created_at=timezone.now() - timedelta(minutes=minutes))
    broker().rpush(tasks.QUEUE, "another")

    assert tasks.sweep_exports() == 1
    assert len(sent) == 1


def test_an_export_costs_two_reads_whatever_it_holds(owner, export, django_assert_num_queries):
    for n in range(50):
        Content.objects.create(author=owner.user, title=str(n), body="x")

    with django_assert_num_queries(3):  # the export with its owner, the contents, the write
        tasks.make_export(str(export.pk))
