"""`manage.py migrate`, safe beside running traffic and beside itself.

A migration that cannot get its lock within MIGRATE_LOCK_TIMEOUT gives way (the Job tries again) instead of
queueing all requests behind it. A second migration waits until the first has ended.
"""

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

# Any number, the same in every release.
_ADVISORY_LOCK = 7_380_521


class Command(Migrate):
    """Django's command, under an advisory lock and with a lock_timeout."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [settings.MIGRATE_LOCK_TIMEOUT])
        # The lock and the setting end with the connection.
        return super().handle(*args, **options)
