"""Sends what is in the outbox, one row and one transaction at a time.

The row stays locked while its e-mail is sent, and other senders skip it. So a row is sent by one sender,
and by another one only if the first dies before its commit.
"""

import logging
import smtplib
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from outbox.models import Message

logger = logging.getLogger(__name__)

# 1, 2, 4 ... minutes: the last attempt comes after about eight hours, longer than most outages.
MAX_ATTEMPTS = 9
FIRST_PAUSE = timedelta(minutes=1)
# How long sent and failed rows are kept. The keys of reminders hold a date, so that none comes again.
KEPT_FOR = timedelta(days=30)


def deliver_pending(connection: BaseEmailBackend, seconds: float) -> int:
    """Sends due messages for at most `seconds`; returns how many were tried."""
    until = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < until and _deliver_next(connection):
        tried += 1
    return tried


@transaction.atomic
def _deliver_next(connection: BaseEmailBackend) -> bool:
    now = timezone.now()
    message = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(status=Message.Status.PENDING, next_attempt_at__lte=now)
        .first()
    )
    if message is None:
        return False
    message.attempts += 1
    try:
        _send(message, connection)
    except (smtplib.SMTPException, OSError) as error:
        _put_off(message, error, now)
    else:
        message.status = Message.Status.SENT
        message.sent_at = now
    message.save()
    return True


def _send(message: Message, connection: BaseEmailBackend) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    EmailMessage(
        message.subject,
        message.body,
        to=[message.recipient],
        # The same for every attempt, so that a mail server or reader can drop a second copy.
        headers={"Message-ID": f"<{message.key.replace(':', '.')}@{domain}>"},
        connection=connection,
    ).send()


def _put_off(message: Message, error: Exception, now: datetime) -> None:
    # The text of an SMTP error may repeat the recipient; its class and code do not.
    message.last_error = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
    if message.attempts >= MAX_ATTEMPTS:
        message.status = Message.Status.FAILED
        logger.error(
            "e-mail %s is given up after %d attempts: %s", message.pk, message.attempts, message.last_error
        )
        return
    message.next_attempt_at = now + FIRST_PAUSE * 2 ** (message.attempts - 1)
    logger.warning("e-mail %s is put off: %s", message.pk, message.last_error)


def clean_up() -> int:
    """Deletes old sent and failed rows; returns how many."""
    old = Message.objects.exclude(status=Message.Status.PENDING).filter(
        created_at__lt=timezone.now() - KEPT_FOR
    )
    deleted, _ = old.delete()
    return deleted
