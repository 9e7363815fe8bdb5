"""`manage.py check_server`: whether the database or the Redis that somebody else runs is fit.

It changes nothing. The answer is one line of JSON. That a server is unfit is said in the answer, and is no
failure of the command.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from config.redis_servers import from_environment
from core.servers import postgres, redis
from core.servers.answer import Answer, Encryption, Unfit


class Command(BaseCommand):
    help = "Tells whether the database or Redis is fit for Resee, and what to do where it is not."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("server", choices=("database", "redis"))
        parser.add_argument("--encryption", type=Encryption, choices=list(Encryption), default="advise")
        parser.add_argument("--report", type=Path, help="file to write the answer to, beside the output")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        answer = examine(options["server"], Encryption(options["encryption"]))
        line = answer.line(f"//:{connection.settings_dict['PASSWORD']}@", *_redis().values())
        if options["report"]:
            options["report"].write_text(line)
        self.stdout.write(line)


def examine(server: str, asked: Encryption) -> Answer:
    """How the server was found."""
    try:
        if server == "database":
            return postgres.look(connection, asked)
        return redis.look(_redis(), from_environment(), asked)
    except Unfit as unfit:
        return unfit.answer


def _redis() -> dict[str, str]:
    return {"uri": settings.REDIS_URL, "cache-uri": settings.CACHE_URL}
