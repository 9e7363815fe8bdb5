"""Analytics: the dashboard, and exports of a user's contents."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
