"""The command line: every setting comes from the environment, an argument says only which backup."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click
import msgspec

from resee_backup import __version__
from resee_backup.drill import drill as try_restore
from resee_backup.dump import dump as make_dump
from resee_backup.errors import BackupError, Reason
from resee_backup.listing import as_document, as_table
from resee_backup.manifest import Manifest, now
from resee_backup.preflight import Owner, Preflight, populated
from resee_backup.prune import prune as remove_old
from resee_backup.restore import Restore
from resee_backup.result import Result
from resee_backup.runner import Context, run
from resee_backup.server import name_for, server_of
from resee_backup.swap import Swap
from resee_backup.verify import verify as read_whole


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Backups of Resee's database: made whole or not at all, read back, restored in drills.

    Settings are BACKUP_* variables, DATABASE_URL and AWS_*: docs/backup.md lists them. Exit codes: 0 done,
    1 failed and may pass by itself, 2 somebody must act.
    """


@main.command()
@click.option("--verify/--no-verify", default=True, help="Read the archive back when it is published.")
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
    """Read a backup to its end.

    BACKUP is an id, or `latest`.
    """

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


OWNER = click.option(
    "--owner",
    type=click.Choice([owner.value for owner in Owner]),
    default="keep",
    help="Whom objects belong to.",
)


@main.command()
@click.argument("backup", default="latest-verified")
@OWNER
@click.option("--only-into-empty", is_flag=True, help="Look no further where the database holds tables.")
def preflight(backup: str, owner: str, only_into_empty: bool) -> None:
    """Say whether a restore would work.

    BACKUP is an id, `latest`, or `latest-verified`. Versions, extensions, roles and space of the server of
    DATABASE_URL, and the whole archive; nothing is changed.
    """

    def action(context: Context) -> Result:
        live, settings = context.database(), context.settings
        if only_into_empty and populated(live, settings.connect_seconds):
            message = f"{live.name} holds tables already"
            return _succeeded("preflight", message, reason=Reason.DATABASE_POPULATED)
        _, manifest = context.catalogue.find(backup)
        Preflight(settings, context.catalogue, manifest, live, Owner(owner)).run()
        return _described("preflight", context, manifest, "Can be restored")

    run("preflight", action, os.environ)


@main.command()
@click.argument("backup", default="latest-verified")
@click.option("--into", help="Name of the new database; by default made from the backup's id.")
@OWNER
@click.option(
    "--swap/--no-swap", default=False, help="Then put it into the place of DATABASE_URL's database."
)
def restore(backup: str, into: str | None, owner: str, swap: bool) -> None:
    """Make a new database of a backup.

    BACKUP is an id, `latest`, or `latest-verified`. The database is made on the server of DATABASE_URL, by
    its user, and compared with the manifest; the one that serves is not touched.
    """

    def action(context: Context) -> Result:
        _, manifest = context.catalogue.find(backup)
        live = context.database()
        name = into or name_for(live.name, "restore", manifest.id)
        seconds = Restore(context.settings, context.catalogue, manifest, live, name, Owner(owner)).run()
        result = _described("restore", context, manifest, f"Restored into {name}")
        result = msgspec.structs.replace(result, database=name, rto_seconds=seconds)
        return _swapped(context, result) if swap else result

    run("restore", action, os.environ)


@main.command()
@click.argument("database")
def swap(database: str) -> None:
    """Put a restored database into place.

    DATABASE takes the name of DATABASE_URL's, which stays under another name. Stop the writers before.
    """
    run("swap", lambda context: _swapped(context, _succeeded("swap", database=database)), os.environ)


def _swapped(context: Context, result: Result) -> Result:
    live, settings = context.database(), context.settings
    place = (live, settings.maintenance_database, settings.connect_seconds)
    with server_of(*place) as server, server_of(*place) as evictor:
        previous = Swap(server, evictor, live, result.database).run(now())
    message = f"{result.database} serves as {live.name}"
    return msgspec.structs.replace(result, message=message, database=live.name, previous_database=previous)


@main.command()
@click.argument("backup", default="latest-verified")
def drill(backup: str) -> None:
    """Prove a backup by restoring it.

    BACKUP is an id, `latest`, or `latest-verified`. It is restored on the server of
    BACKUP_DRILL_DATABASE_URL, compared with the manifest and removed.
    """

    def action(context: Context) -> Result:
        _, manifest = context.catalogue.find(backup)
        mark = try_restore(
            context.settings, context.catalogue, manifest, context.database("BACKUP_DRILL_DATABASE_URL")
        )
        result = _described("drill", context, manifest, "Restored, compared and removed")
        return msgspec.structs.replace(result, rto_seconds=mark.duration_seconds)

    run("drill", action, os.environ)


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def list_backups(as_json: bool) -> None:
    """Show the backups of this deployment, newest first."""

    def action(context: Context) -> Result:
        records = context.catalogue.records()
        click.echo(as_document(records) if as_json else as_table(records))
        finished = [record for record in records if record.manifest is not None]
        return _succeeded("list", f"{len(finished)} backups", kept=len(finished))

    run("list", action, os.environ)


def _succeeded(command: str, message: str = "", **facts: object) -> Result:
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
