"""Clean-up of expired tokens."""

from celery import shared_task
from django.utils import timezone


@shared_task
def clean_up_tokens() -> int:
    """Deletes refresh tokens that have expired, blacklisted or not; returns how many rows went."""
    from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

    deleted, _ = OutstandingToken.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted
