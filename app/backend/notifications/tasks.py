"""Sends reminders at the times that users have chosen."""

from celery import shared_task
from django.utils import timezone

from notifications import reminders


@shared_task
def send_reminders() -> int:
    """Writes the e-mails whose local time has come; returns how many."""
    return reminders.send_due(timezone.now())
