"""`dump`: one consistent view of the database becomes an archive, or nothing at all.

pg_dump writes an uncompressed archive into a pipe; this process compresses, hashes and stores it as it comes,
while a second session of the same snapshot counts the rows. pg_dump 15 has no zstd of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import zstandard
from psycopg2.extensions import connection

from resee_backup import __version__, content
from resee_backup.age import SUFFIX, encrypt
from resee_backup.beside import beside
from resee_backup.catalogue import ARCHIVE, GLOBALS, Catalogue
from resee_backup.database import Database, session
from resee_backup.errors import Reason, TransientError
from resee_backup.manifest import File, Manifest, Started, Table, now
from resee_backup.settings import Settings
from resee_backup.stream import Meter, Stream, compress
from resee_backup.tools import Child, Tool, require_not_older

MIB = 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dump:
    """One run: what is dumped, with what, to where."""

    settings: Settings
    database: Database
    catalogue: Catalogue
    pg_dump: Tool
    pg_dumpall: Tool

    @property
    def _suffix(self) -> str:
        return SUFFIX if self.catalogue.identities else ""

    def _sealed(self, chunks: Stream) -> Stream:
        """Encrypted, where there is a key."""
        return encrypt(chunks, self.catalogue.identities) if self.catalogue.identities else chunks

    def archive(self, started: Started, snapshot: str, size: int) -> tuple[File, int]:
        """Store the archive; returns it and the bytes before compression."""

        def report(raw: int) -> None:
            percent = min(100 * raw // max(size, 1), 99)
            logger.info("dumped %d MiB, stored %d MiB, about %d %%", raw // MIB, packed.size // MIB, percent)

        raw, packed = Meter(report, hashed=False), Meter()
        command = [
            *(
                self.pg_dump.path,
                "--format=custom",
                "--compress=0",
                f"--snapshot={snapshot}",
                "--no-password",
            ),
            f"--lock-wait-timeout={self.settings.lock_wait_seconds}s",
            f"--dbname={self.database.conninfo}",
        ]
        with Child(command, self.database.environment(), self.settings.stall_seconds, _failed) as child:
            stored = self._sealed(compress(raw.through(child.output()), self.settings.compression_level))
            name = ARCHIVE + self._suffix
            key = self.catalogue.key(started.id, name)
            self.catalogue.destination.write(key, packed.through(stored), size)
        return File(name=name, size_bytes=packed.size, sha256=packed.sha256), raw.size

    def roles(self, started: Started) -> File:
        """Store the server's roles: pg_dump leaves them out. Their passwords stay where they are."""
        command = [
            *(self.pg_dumpall.path, "--globals-only", "--no-role-passwords", "--no-password"),
            f"--dbname={self.database.conninfo}",
        ]
        meter = Meter()
        with Child(command, self.database.environment(), self.settings.stall_seconds, _failed) as child:
            data = b"".join(meter.through(self._sealed(child.output())))
        name = GLOBALS + self._suffix
        self.catalogue.destination.put(self.catalogue.key(started.id, name), data, lasting=True)
        return File(name=name, size_bytes=meter.size, sha256=meter.sha256)


def dump(settings: Settings, database: Database, catalogue: Catalogue) -> Manifest:
    """Make one backup and return its manifest.

    Raises:
        BackupError: nothing was published.
    """
    run = Dump(settings, database, catalogue, Tool("pg_dump"), Tool("pg_dumpall"))
    begin = time.monotonic()
    with session(database, settings.connect_seconds) as opened:
        described = content.source(opened)
        require_not_older("pg_dump", run.pg_dump.major, described.server_major, database.place)
        logger.info("dumping %s: %d MiB on disk", database.place, described.size_bytes // MIB)
        with catalogue.begun() as started:
            count = _counting(opened, settings)
            with content.snapshot(opened) as snapshot, beside(opened, count) as counting:
                archive, raw_bytes = run.archive(started, snapshot, described.size_bytes)
                tables, migrations = counting.result()
            manifest = Manifest(
                id=started.id,
                name=started.name,
                started=started.started,
                finished=now(),
                duration_seconds=round(time.monotonic() - begin, 3),
                database=described,
                tools=_tools(run),
                archive=archive,
                archive_raw_bytes=raw_bytes,
                globals=run.roles(started),
                tables=tables,
                migrations=migrations,
            )
            catalogue.publish(manifest)
    logger.info("published %s: %d bytes", catalogue.url(manifest.id), manifest.size_bytes)
    return manifest


Counted = tuple[dict[str, Table], list[str]]


def _counting(opened: connection, settings: Settings) -> Callable[[], Counted]:
    """Tables and migrations of the snapshot: what is read while the dump runs."""

    def read() -> Counted:
        migrations = content.migrations(opened)
        return content.tables(opened, content.up_to(settings.checksum_table_mb)), migrations

    return read


def _tools(run: Dump) -> dict[str, str]:
    return {
        "resee_backup": __version__,
        run.pg_dump.name: run.pg_dump.version,
        run.pg_dumpall.name: run.pg_dumpall.version,
        "zstd": ".".join(map(str, zstandard.ZSTD_VERSION)),
    }


def _failed(sentence: str) -> TransientError:
    return TransientError(
        Reason.DUMP_FAILED,
        sentence,
        where="DATABASE_URL",
        remedy="Nothing was published. Read what it says, see to the server or the rights of the user.",
    )
