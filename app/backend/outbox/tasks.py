"""The sender of e-mails, woken by new ones and by beat."""

from celery import shared_task
from django.core.mail import get_connection

from outbox import delivery

# Well below the task's time limit; what is left comes with the next call.
_SECONDS = 60


@shared_task
def deliver() -> int:
    """Sends due e-mails over one connection; returns how many were tried."""
    return delivery.deliver_pending(get_connection(), _SECONDS)


@shared_task
def clean_up() -> int:
    """Deletes old rows; returns how many."""
    return delivery.clean_up()
