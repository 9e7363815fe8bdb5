"""`restore`: a backup becomes a new database beside the one that serves, compared with its manifest.

Nothing that exists is touched. Until the comparison has passed, the new database is marked as unfinished, and
a failure removes it. `swap` puts it into place.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from resee_backup import content
from resee_backup.archive import feed
from resee_backup.beside import beside
from resee_backup.catalogue import Catalogue
from resee_backup.database import Database, session
from resee_backup.errors import BackupError, Reason, TransientError, UserError
from resee_backup.manifest import Manifest
from resee_backup.preflight import Owner, require_compatible
from resee_backup.server import RESTORED, RESTORING, Server, server_of
from resee_backup.settings import Settings
from resee_backup.tools import Child, Tool

SHOWN = 5  # differences that a message lists

# What pg_restore says when the server or the network left it: nothing about the backup.
CUT = (
    "connection to server",
    "server closed the connection",
    "terminating connection",
    "could not receive data",
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Restore:
    """One run: which backup, to which server, under which name."""

    settings: Settings
    catalogue: Catalogue
    manifest: Manifest
    target: Database  # any database of the server; its user does the work
    into: str
    owner: Owner

    def run(self) -> float:
        """Restore and compare; returns the seconds that it took.

        Raises:
            BackupError: there is no new database.
        """
        begin = time.monotonic()
        with server_of(
            self.target, self.settings.maintenance_database, self.settings.connect_seconds
        ) as server:
            pg_restore = Tool("pg_restore")
            require_compatible(server, pg_restore, self.manifest, self.owner, self.target.place)
            if self._finished_earlier(server):
                self._compare()
                return round(time.monotonic() - begin, 3)
            server.create(self.into, self.manifest.database, RESTORING.format(self.manifest.id))
            try:
                if self.owner is Owner.KEEP:
                    server.give(self.into, self.manifest.database.owner)
                logger.info("restoring %s into %s", self.catalogue.url(self.manifest.id), self._place)
                self._fill(pg_restore)
                self._compare()
                server.set_mark(self.into, RESTORED.format(self.manifest.id))
            except BaseException:
                server.drop(self.into)
                raise
        seconds = round(time.monotonic() - begin, 3)
        logger.info("restored %s in %.1f s", self._place, seconds)
        return seconds

    @property
    def _place(self) -> str:
        return self.target.other(self.into).place

    def _finished_earlier(self, server: Server) -> bool:
        """Whether this very backup is there already, from an earlier try of the same Job."""
        mark = server.mark(self.into)
        if mark == RESTORING.format(self.manifest.id):
            logger.info("dropping %s, which an earlier try left unfinished", self._place)
            server.drop(self.into)
            return False
        if mark is None or mark == RESTORED.format(self.manifest.id):
            return mark is not None
        raise UserError(
            Reason.DATABASE_EXISTS,
            f"There is a database {self.into!r} already",
            where=self.target.place,
            remedy="Give another name with --into, or drop it if nobody needs it.",
        )

    def _fill(self, pg_restore: Tool) -> None:
        target = self.target.other(self.into)
        ownership = ["--no-owner", "--no-privileges"] if self.owner is Owner.CURRENT else []
        command = [
            *(pg_restore.path, "--exit-on-error", "--no-password", *ownership),
            f"--dbname={target.conninfo}",
        ]

        def fault(sentence: str) -> BackupError:
            remedy = "The new database was removed; see to what PostgreSQL says and restore again."
            if any(phrase in sentence for phrase in CUT):
                return TransientError(
                    Reason.DATABASE_UNREACHABLE, sentence, where=target.place, remedy=remedy
                )
            return UserError(Reason.RESTORE_FAILED, sentence, where=target.place, remedy=remedy)

        with Child(command, target.environment(), self.settings.stall_seconds, fault, fed=True) as child:
            feed(child, self.catalogue, self.manifest)

    def _compare(self) -> None:
        place = (self.target.other(self.into), self.settings.connect_seconds)
        with (
            session(*place) as opened,
            session(*place) as second,
            beside(second, lambda: content.analyze(second)) as analyzing,
        ):
            found = content.tables(opened, content.those_of(self.manifest.tables))
            wrong = content.differences(self.manifest.tables, found)
            if content.migrations(opened) != self.manifest.migrations:
                wrong.append("Django's applied migrations differ")
            if wrong:
                raise self._different(wrong)
            analyzing.result()

    def _different(self, wrong: list[str]) -> UserError:
        shown = "; ".join(wrong[:SHOWN]) + (f"; {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else "")
        return UserError(
            Reason.CONTENT_DIFFERS,
            f"What was restored is not what was dumped: {shown}",
            where=self._place,
            remedy="The database was not put into use. Restore another backup and look into this one.",
        )
