"""Health: whether this process, and what it needs, works."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "health"
