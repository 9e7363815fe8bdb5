"""The outbox: every e-mail is a row before it is a message."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
