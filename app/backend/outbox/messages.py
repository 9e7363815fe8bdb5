"""Writes e-mails into the outbox, in the caller's transaction."""

import logging
from collections.abc import Iterable

from django.db import transaction
from kombu.exceptions import OperationalError

from core.redis import expect_broker
from outbox.models import Message

logger = logging.getLogger(__name__)


def add(messages: Iterable[Message]) -> None:
    """Keeps each message whose key is new; the sender hears of them once the transaction is committed."""
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=1000)
    transaction.on_commit(_wake_sender)


def _wake_sender() -> None:
    from outbox.tasks import deliver

    try:
        expect_broker()
        deliver.delay()
    except OperationalError as error:
        logger.warning(
            "new e-mails wait for beat to wake their sender: the broker does not answer: %s", error
        )
