"""What a restore needs, asked before anything stops: versions, extensions, roles, space, a whole archive."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from resee_backup import content
from resee_backup.catalogue import Catalogue
from resee_backup.database import Database, session
from resee_backup.errors import Reason, UserError
from resee_backup.manifest import Manifest
from resee_backup.server import Server, server_of
from resee_backup.settings import Settings
from resee_backup.tools import Tool, require_not_older
from resee_backup.verify import verify

GIB = 1024**3
# A restore writes its rows to the log as well, of which PostgreSQL keeps up to max_wal_size, 1 GiB by
# default; of a small database it is a fifth at most.
LOG_SHARE = 0.2

logger = logging.getLogger(__name__)


class Owner(StrEnum):
    """Whom restored objects belong to."""

    KEEP = "keep"  # the roles of the backup, with their grants
    CURRENT = "current"  # the connecting user; grants are left out


def require_compatible(server: Server, tool: Tool, manifest: Manifest, owner: Owner, place: str) -> None:
    """Versions, extensions and roles.

    Raises:
        UserError: the backup cannot be restored on this server by this program.
    """
    source = manifest.database
    require_not_older(tool.name, tool.major, source.server_major, "PATH")
    if server.major < source.server_major:
        raise UserError(
            Reason.SERVER_TOO_OLD,
            f"The backup is of PostgreSQL {source.server_major}, the server is {server.major}",
            where=place,
            remedy=f"Restore into PostgreSQL {source.server_major} or newer.",
        )
    if missing := server.missing_extensions(source.extensions):
        raise UserError(
            Reason.EXTENSIONS_MISSING,
            f"The server lacks extensions: {', '.join(missing)}",
            where=place,
            remedy="Use a server image that contains them.",
        )
    needed = sorted({*source.roles, source.owner})
    if owner is Owner.KEEP and (missing := server.missing_roles(needed)):
        raise UserError(
            Reason.ROLES_MISSING,
            f"The server lacks roles that own or may use objects of the backup: {', '.join(missing)}",
            where=place,
            remedy="Create them as globals.sql beside the archive shows, or give --owner current.",
        )


@dataclass(frozen=True)
class Preflight:
    """One look at a backup and at the server that it shall be restored on. Changes nothing."""

    settings: Settings
    catalogue: Catalogue
    manifest: Manifest
    live: Database
    owner: Owner

    def run(self) -> None:
        """Look at everything, the cheap things first.

        Raises:
            BackupError: a restore would fail.
        """
        tool = Tool("pg_restore")
        with server_of(
            self.live, self.settings.maintenance_database, self.settings.connect_seconds
        ) as server:
            require_compatible(server, tool, self.manifest, self.owner, self.live.place)
            self._require_space(server)
        verify(self.catalogue, self.manifest, self.settings.stall_seconds)

    def _require_space(self, server: Server) -> None:
        """Old and new database lie beside each other until somebody drops the old one."""
        capacity = self.settings.database_volume_bytes
        if capacity == 0:
            logger.info("space is not checked: BACKUP_DATABASE_VOLUME_BYTES is not set")
            return
        used, new = server.size(), self.manifest.database.size_bytes
        needed = used + new + int(min(GIB, LOG_SHARE * new))
        if needed > capacity:
            raise UserError(
                Reason.SPACE_MISSING,
                f"The restore needs {needed / GIB:.2f} GiB with the {used / GIB:.2f} GiB that lie there, "
                f"the volume has {capacity / GIB:.2f} GiB",
                where=self.live.place,
                remedy="Let the volume of the database grow, or drop databases of earlier restores.",
            )


def populated(live: Database, patience: float) -> bool:
    """Whether a database holds tables.

    Raises:
        BackupError: it cannot be looked into.
    """
    with session(live, patience) as opened, opened.cursor() as work:
        work.execute(content.TABLES)
        return work.fetchone() is not None
