"""The outbox: exactly one row, at least one send, and the same Message-ID for each attempt."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import get_connection
from django.db import connection, connections, transaction
from django.utils import timezone

from outbox import delivery, messages
from outbox.models import Message
from outbox.tasks import deliver


def message(key="daily:2026-11-23:1", **fields):
    return Message(**{"key": key, "recipient": "a@example.com", "subject": "Hello", "body": "x", **fields})


class BrokenServer:
    """A mail server that refuses `times` messages and then takes them."""

    def __init__(self, times, error):
        self.times, self.error, self.taken = times, error, []

    def send_messages(self, batch):
        if self.times > 0:
            self.times -= 1
            raise self.error
        self.taken += batch
        return len(batch)


def test_a_key_is_one_row_and_one_e_mail(db):
    messages.add([message(), message(key="other")])
    messages.add([message(subject="again")])

    deliver()

    assert sorted(sent.subject for sent in mail.outbox) == ["Hello", "Hello"]
    assert Message.objects.filter(status="sent").count() == 2


def test_what_is_rolled_back_is_never_sent(db):
    with transaction.atomic():
        messages.add([message()])
        transaction.set_rollback(True)

    deliver()

    assert mail.outbox == []


def test_new_rows_wake_the_sender_after_the_commit(db, django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr("outbox.tasks.deliver.delay", lambda: woken.append(Message.objects.count()))

    with django_capture_on_commit_callbacks(execute=True):
        messages.add([message()])
        assert woken == []

    assert woken == [1]


def test_a_second_run_sends_nothing_again(db):
    messages.add([message()])

    assert [deliver(), deliver()] == [1, 0]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "error", [smtplib.SMTPServerDisconnected("x"), ConnectionRefusedError(), TimeoutError()]
)
def test_a_failed_send_is_tried_again_later_with_the_same_message_id(db, error):
    messages.add([message()])
    server = BrokenServer(1, error)

    delivery.deliver_pending(server, 1)
    row = Message.objects.get()
    assert (row.status, row.attempts) == ("pending", 1)
    assert row.next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert delivery.deliver_pending(server, 1) == 0

    Message.objects.update(next_attempt_at=timezone.now())
    delivery.deliver_pending(server, 1)
    assert Message.objects.get().status == "sent"
    assert server.taken[0].extra_headers["Message-ID"] == "<daily.2026-11-23.1@resee.local>"


def test_a_message_that_is_never_taken_is_given_up_and_told(db, caplog):
    messages.add([message()])
    server = BrokenServer(99, smtplib.SMTPResponseException(550, b"no such user a@example.com"))

    for _ in range(delivery.MAX_ATTEMPTS):
        Message.objects.update(next_attempt_at=timezone.now())
        delivery.deliver_pending(server, 1)

    row = Message.objects.get()
    assert (row.status, row.attempts) == ("failed", delivery.MAX_ATTEMPTS)
    assert [record.levelname for record in caplog.records][-1] == "ERROR"
    assert "a@example.com" not in caplog.text + row.last_error


def test_one_bad_address_does_not_hold_up_the_others(db):
    messages.add([message(key="bad"), message(key="good")])

    delivery.deliver_pending(BrokenServer(1, smtplib.SMTPRecipientsRefused({})), 1)

    assert set(Message.objects.values_list("key", "status")) == {("bad", "pending"), ("good", "sent")}


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_sender_holds_is_skipped():
    messages.add([message(key="held"), message(key="free")])
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT 1 FROM outbox_message WHERE key = 'held' FOR UPDATE")
            assert delivery.deliver_pending(get_connection(), 1) == 1
    finally:
        other.close()
    assert [sent.extra_headers["Message-ID"].split("@")[0] for sent in mail.outbox] == ["<free"]


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_dies_leaves_the_row_for_the_next():
    messages.add([message()])

    class Killed(BaseException):
        pass

    with pytest.raises(Killed):
        delivery.deliver_pending(BrokenServer(1, Killed()), 1)

    assert delivery.deliver_pending(get_connection(), 1) == 1
    assert len(mail.outbox) == 1


def test_clean_up_keeps_what_is_pending_or_young(db):
    old = timezone.now() - delivery.KEPT_FOR - timedelta(days=1)
    Message.objects.bulk_create(
        [
            message(key="old sent", status="sent", created_at=old),
            message(key="old pending", created_at=old),
            message(key="young sent", status="sent"),
        ]
    )

    assert delivery.clean_up() == 1
    assert set(Message.objects.values_list("key", flat=True)) == {"old pending", "young sent"}


def test_the_next_message_is_found_by_its_index(db):
    Message.objects.bulk_create(message(key=str(n), status="sent") for n in range(5000))
    messages.add([message()])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")

    plan = Message.objects.filter(status="pending", next_attempt_at__lte=timezone.now())[:1].explain()

    assert "message_pending_next" in plan
