"""Reviews: when each content is due, and what came of each review."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from reviews import signals  # noqa: F401
