"""`drill`: the proof of a backup is a restore. It is restored into a throw-away database and compared."""

from __future__ import annotations

import logging
import time

from resee_backup.catalogue import DRILL, Catalogue
from resee_backup.database import Database
from resee_backup.errors import Reason, UserError
from resee_backup.manifest import Manifest, Mark, outcome_of
from resee_backup.preflight import Owner
from resee_backup.restore import Restore
from resee_backup.server import RESTORED, RESTORING, name_for, server_of
from resee_backup.settings import Settings

OURS = (RESTORING.format(""), RESTORED.format(""))
ABOUT_THE_BACKUP = (Reason.ARCHIVE_DAMAGED, Reason.RESTORE_FAILED, Reason.CONTENT_DIFFERS)

logger = logging.getLogger(__name__)


def drill(settings: Settings, catalogue: Catalogue, manifest: Manifest, throw_away: Database) -> Mark:
    """Restore a backup, compare it, remove it again; the outcome stays beside the backup.

    The mark's duration is the recovery time that was measured, the comparison included.

    Raises:
        BackupError: the backup cannot be restored, or the server of the drill is not there.
    """
    into = name_for(throw_away.name, "drill", manifest.id)
    _clear(settings, throw_away, into)
    begin = time.monotonic()
    try:
        seconds = Restore(settings, catalogue, manifest, throw_away, into, Owner.CURRENT).run()
    except UserError as error:
        if error.reason in ABOUT_THE_BACKUP:
            catalogue.mark(DRILL, outcome_of(manifest, time.monotonic() - begin, str(error)))
        raise
    _clear(settings, throw_away, into)
    mark = outcome_of(manifest, seconds)
    catalogue.mark(DRILL, mark)
    logger.info("drill of %s passed: restored in %.1f s", catalogue.url(manifest.id), seconds)
    return mark


def _clear(settings: Settings, throw_away: Database, name: str) -> None:
    """Remove the database of this drill, or of an earlier one that was killed."""
    with server_of(throw_away, settings.maintenance_database, settings.connect_seconds) as server:
        if (server.mark(name) or "").startswith(OURS):
            server.drop(name)
