"""Marks that say when an answer kept for a user is old (core.kept keeps them).

A user's mark is drawn anew by every write to what the user is shown: once when it is written, and once more
when the transaction is committed, so that nobody keeps what was read in between. Statements that write many
rows at once say nothing of whose they are, and renew everybody's mark.
"""

import logging
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save

from core.redis import cached

logger = logging.getLogger(__name__)

EVERYONE = "generation:everyone"
# Seconds. A mark that has gone is drawn anew, which makes old what was kept under it.
KEPT_FOR = 24 * 3600


def key(user: int | str) -> str:
    """Where the mark of a user is."""
    return f"generation:{user}"


def draw() -> str:
    """A mark that was never there before."""
    return os.urandom(9).hex()


def renew(where: str) -> None:
    """Makes old whatever was kept under the mark: now, and when the transaction is committed."""
    _set(where)
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(partial(_set, where), robust=True)


def _set(where: str) -> None:
    try:
        cached().set(where, draw(), ex=KEPT_FOR)
    except redis.RedisError as error:
        # What is kept lasts a minute; while Redis is away it is not served either.
        logger.warning("kept answers may be old for a minute: Redis does not answer: %s", error)


def follow(model: type[Model], owner: str) -> None:
    """Renews the mark of `owner` (a field with a user's id) whenever an object of the model changes."""

    def changed(instance: Any, **_: Any) -> None:
        renew(key(getattr(instance, owner)))

    for signal in (post_save, post_delete):
        signal.connect(changed, sender=model, weak=False, dispatch_uid=f"generations.{model.__name__}")


class FollowedQuerySet(QuerySet):
    """For models that are followed: what writes rows without telling of each renews everybody's mark."""

    def update(self, **fields: Any) -> int:
        return int(self._and_renew(partial(super().update, **fields)))

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        return self._and_renew(partial(super().bulk_create, *args, **kwargs))

    def _and_renew(self, write: Callable[[], Any]) -> Any:
        written = write()
        renew(EVERYONE)
        return written
