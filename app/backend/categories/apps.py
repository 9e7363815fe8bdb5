"""Categories: a user's own shelves for contents."""

from django.apps import AppConfig


class CategoriesConfig(AppConfig):
    name = "categories"
