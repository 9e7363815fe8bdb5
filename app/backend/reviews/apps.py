"""Reviews: when each content is due, and what came of each review."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from accounts.models import User
        from categories.models import Category
        from contents.models import Content
        from core import generations
        from reviews import signals  # noqa: F401
        from reviews.models import ReviewSchedule

        # All that today's list shows, and who may see it.
        generations.follow(User, "pk")
        generations.follow(Category, "owner_id")
        generations.follow(Content, "author_id")
        generations.follow(ReviewSchedule, "user_id")
