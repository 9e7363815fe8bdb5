"""Users, how they sign in, and their profile."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
