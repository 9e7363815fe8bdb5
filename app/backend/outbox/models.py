"""An e-mail as a row, written in the transaction of what it tells of."""

from django.db import models
from django.utils import timezone


class Message(models.Model):
    """`key` says what the e-mail is about; a second one with the same key is not written.

    So each e-mail is exactly one row. It is sent at least once: a sender that dies between the mail
    server's answer and its commit sends it again, with the same Message-ID.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"

    key = models.CharField(max_length=200, unique=True)
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["next_attempt_at", "id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=models.Q(status="pending"),
                name="message_pending_next",
            )
        ]

    def __str__(self) -> str:
        return self.key
