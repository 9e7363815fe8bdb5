"""Reminders: when a user wants them, and the messages themselves."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import signals  # noqa: F401
