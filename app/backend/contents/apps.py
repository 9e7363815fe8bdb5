"""Contents: what a user wants to remember."""

from django.apps import AppConfig


class ContentsConfig(AppConfig):
    name = "contents"
