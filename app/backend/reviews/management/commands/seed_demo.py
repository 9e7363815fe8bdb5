"""`manage.py seed_demo`: users with contents and a few weeks of reviews, to look at."""

import random
import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import Tier, User
from categories.models import Category
from contents.models import Content
from notifications.models import NotificationPreference
from reviews.demo import CONTENTS
from reviews.intervals import next_date, next_index
from reviews.models import Result, ReviewHistory, ReviewSchedule

# Days of history.
DAYS = 30
# How often a demo user remembers, half remembers and forgets.
_WEIGHTS = {Result.REMEMBERED: 7, Result.PARTIAL: 2, Result.FORGOT: 1}


class Command(BaseCommand):
    help = "Creates demo1@example.com, demo2@... with contents and reviews. Users that exist are left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--users", type=int, default=3, help="how many users (default 3)")
        parser.add_argument("--password", help="of all of them; drawn and printed where it is not given")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        password = options["password"] or secrets.token_urlsafe(12)
        made = [
            email
            for number in range(1, options["users"] + 1)
            if (email := _seed(number, password, timezone.now())) is not None
        ]
        if not made:
            self.stdout.write("All demo users exist already; nothing was changed.")
            return
        told = "the given password" if options["password"] else f"password {password}"
        self.stdout.write(f"Created {', '.join(made)} with {told}.")


@transaction.atomic
def _seed(number: int, password: str, now: datetime) -> str | None:
    """One user's data; None where the user exists. The same number gives the same reviews."""
    email = f"demo{number}@example.com"
    if User.objects.filter(email=email).exists():
        return None
    chance = random.Random(number)  # noqa: S311 - demonstration data
    user = User.objects.create_user(email, password, tier=Tier.values[(number - 1) % len(Tier.values)])
    # Nobody reads the mail of these addresses.
    NotificationPreference.objects.filter(user=user).update(
        daily_enabled=False, evening_enabled=False, weekly_enabled=False
    )
    for name, contents in CONTENTS.items():
        category = Category.objects.create(owner=user, name=name)
        for title, body in contents:
            content = Content.objects.create(author=user, category=category, title=title, body=body)
            _review(content, user, now, chance)
    return email


def _review(content: Content, user: User, now: datetime, chance: random.Random) -> None:
    """Lives through the content's reviews from up to DAYS ago until now."""
    schedule = ReviewSchedule.objects.get(content=content)
    begun = now - timedelta(days=chance.randint(0, DAYS), minutes=chance.randint(0, 600))
    history: list[ReviewHistory] = []
    for moment, result in _moments(begun, now, chance):
        if moment < schedule.next_review_date and history:
            continue
        schedule.interval_index = next_index(user.tier, schedule.interval_index, result)
        schedule.next_review_date = next_date(user.tier, schedule.interval_index, result, moment, user.zone)
        schedule.initial_review_completed = True
        history.append(
            ReviewHistory(
                user=user,
                content=content,
                result=result,
                time_spent=chance.randint(8, 90),
                reviewed_at=moment,
            )
        )
    schedule.save()
    ReviewHistory.objects.bulk_create(history)


def _moments(begun: datetime, now: datetime, chance: random.Random) -> Iterator[tuple[datetime, str]]:
    """A possible review each day, with its result."""
    moment = begun
    while moment < now:
        yield moment, chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        moment += timedelta(days=1, minutes=chance.randint(-60, 60))
