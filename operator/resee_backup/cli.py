"""The command line: every setting comes from the environment, an argument says only which backup."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click
import msgspec

from resee_backup import __version__
from resee_backup.dump import dump as make_dump
from resee_backup.errors import BackupError, Reason
from resee_backup.manifest import Manifest, now
from resee_backup.prune import prune as remove_old
from resee_backup.result import Result
from resee_backup.runner import Context, run
from resee_backup.verify import verify as read_whole


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Backups of Resee's database: made whole or not at all, read back, restored in drills.

    Settings are BACKUP_* variables, DATABASE_URL and AWS_*: docs/backup.md lists them. Exit codes: 0 done,
    1 failed and may pass by itself, 2 somebody must act.
    """


@main.command()
@click.option("--verify/--no-verify", default=False, help="Read the archive back when it is published.")
@click.option("--prune/--no-prune", default=False, help="Then remove what retention no longer names.")
def dump(verify: bool, prune: bool) -> None:
    """Make a backup."""

    def action(context: Context) -> Result:
        manifest = make_dump(context.settings, context.database(), context.catalogue)
        result = _described("dump", context, manifest, "Published")
        if verify:
            mark = read_whole(context.catalogue, manifest, context.settings.stall_seconds)
            result = msgspec.structs.replace(result, message="Published and verified", verified=mark.at)
        return _pruned(context, result) if prune else result

    run("dump", action, os.environ)


def _pruned(context: Context, result: Result) -> Result:
    """A good backup stays a success when removing old ones fails: the failure becomes a warning."""
    try:
        pruned = remove_old(context.catalogue, context.settings.keep, now())
    except BackupError as error:
        return msgspec.structs.replace(result, warnings=[f"Old backups were not removed: {error}"])
    return msgspec.structs.replace(result, kept=len(pruned.kept), removed=len(pruned.removed))


@main.command()
@click.argument("backup", default="latest")
def verify(backup: str) -> None:
    """Read a backup to its end: an id, or `latest`."""

    def action(context: Context) -> Result:
        _, manifest = context.catalogue.find(backup)
        mark = read_whole(context.catalogue, manifest, context.settings.stall_seconds)
        result = _described("verify", context, manifest, "Verified")
        return msgspec.structs.replace(result, verified=mark.at)

    run("verify", action, os.environ)


@main.command()
def prune() -> None:
    """Remove what retention no longer names."""

    def action(context: Context) -> Result:
        pruned = remove_old(context.catalogue, context.settings.keep, now())
        gone = len(pruned.removed) + len(pruned.abandoned)
        message = f"Kept {len(pruned.kept)}, removed {gone}"
        return _succeeded("prune", message, kept=len(pruned.kept), removed=gone)

    run("prune", action, os.environ)


def _succeeded(command: str, message: str, **facts: object) -> Result:
    return msgspec.structs.replace(
        Result(command=command, ok=True, reason=Reason.SUCCEEDED, message=message), **facts
    )


def _described(command: str, context: Context, manifest: Manifest, message: str) -> Result:
    return Result(
        command=command,
        ok=True,
        reason=Reason.SUCCEEDED,
        message=message,
        backup=manifest.id,
        location=context.catalogue.url(manifest.id),
        started=manifest.started,
        finished=manifest.finished,
        duration_seconds=manifest.duration_seconds,
        size_bytes=manifest.size_bytes,
        database_bytes=manifest.database.size_bytes,
        sha256=manifest.archive.sha256,
        tables=len(manifest.tables),
        rows=sum(table.rows for table in manifest.tables.values()),
        rpo_seconds=max(0, int((datetime.now(UTC) - manifest.started).total_seconds())),
    )
