"""`manage.py preflight`: whether this image fits the database, and what its migrations do. Changes nothing.

The answer is one line of JSON, no longer than a Pod's termination message may be.
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.locks import lock_of

# Kubernetes keeps 4096 bytes of a termination message.
_ROOM = 3500
_LONGEST_STATEMENT = 200
_MOST_NAMES = 40


class Command(BaseCommand):
    help = "Tells which migrations this image brings, statement by statement with its lock."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--report", type=Path, help="file to write the answer to, beside the output")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        call_command("check", databases=["default"], fail_level="ERROR")
        answer = examine()
        text = json.dumps(answer)
        if options["report"]:
            options["report"].write_text(text)
        self.stdout.write(text)
        if not answer["ok"]:
            raise CommandError(answer["message"])


def examine() -> dict[str, Any]:
    """What the migrations of this image would do to the database as it is."""
    executor = MigrationExecutor(connection)
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations))
    unknown = [key for key in unknown if key[0] in executor.loader.migrated_apps]
    if unknown:
        listed = ", ".join(f"{app}.{name}" for app, name in unknown[:_MOST_NAMES])
        message = (
            f"the database has migrations that this version does not know ({listed}): it is older than "
            "the data; choose a version that has them, or restore a backup"
        )
        return {"ok": False, "message": message}
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    names = [f"{migration.app_label}.{migration.name}" for migration in plan]
    answer: dict[str, Any] = {"ok": True, "count": len(plan), "migrations": names[:_MOST_NAMES]}
    answer["statements"] = []
    for migration, name in zip(plan, names, strict=True):
        for statement in statements(executor.loader.collect_sql([(migration, False)])):
            if len(json.dumps(answer)) > _ROOM - _LONGEST_STATEMENT * 2:
                return {**answer, "truncated": True}
            entry = {"migration": name, "sql": statement[:_LONGEST_STATEMENT], "lock": lock_of(statement)}
            answer["statements"].append(entry)
    return answer


def statements(lines: list[str]) -> list[str]:
    """The statements without their surroundings; an operation that is no SQL keeps its comment."""
    found = []
    for number, line in enumerate(lines):
        if line.startswith("-- THIS OPERATION CANNOT BE WRITTEN AS SQL"):
            # The line before the last tells which operation it is, between two rulers.
            titles = [text for text in lines[:number] if text.startswith("-- ") and text != "--"]
            found.append(titles[-1] if titles else line)
        elif line and not line.startswith("--") and line not in ("BEGIN;", "COMMIT;"):
            found.append(line)
    return found
