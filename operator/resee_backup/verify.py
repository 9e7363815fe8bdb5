"""`verify`: an archive is read to its end, its checksum compared, and pg_restore made to read all of it.

`pg_restore --list` reads the table of contents only and is content with half a file.
"""

from __future__ import annotations

import logging
import os
import time

from resee_backup.archive import checked, feed
from resee_backup.catalogue import VERIFICATION, Catalogue
from resee_backup.errors import Reason, UserError
from resee_backup.manifest import Manifest, Mark, outcome_of
from resee_backup.stream import damaged
from resee_backup.tools import Child, Tool, require_not_older

logger = logging.getLogger(__name__)


def verify(catalogue: Catalogue, manifest: Manifest, stall_seconds: float) -> Mark:
    """Read a backup whole and leave the outcome beside it; a damaged one loses an earlier good mark.

    Raises:
        BackupError: it is damaged, or could not be read.
    """
    begin = time.monotonic()
    pg_restore = Tool("pg_restore")
    require_not_older("pg_restore", pg_restore.major, manifest.database.server_major, "PATH")
    try:
        for _ in checked(catalogue, manifest, manifest.globals):
            pass
        _read_archive(catalogue, manifest, pg_restore, stall_seconds)
    except UserError as error:
        if error.reason is Reason.ARCHIVE_DAMAGED:
            catalogue.mark(VERIFICATION, outcome_of(manifest, time.monotonic() - begin, str(error)))
        raise
    mark = outcome_of(manifest, time.monotonic() - begin)
    catalogue.mark(VERIFICATION, mark)
    logger.info("verified %s in %.1f s", catalogue.url(manifest.id), mark.duration_seconds)
    return mark


def _read_archive(catalogue: Catalogue, manifest: Manifest, tool: Tool, stall_seconds: float) -> None:
    def fault(sentence: str) -> UserError:
        return damaged(sentence, f"{catalogue.url(manifest.id)}/{manifest.archive.name}")

    with Child([tool.path, "--file=/dev/null"], os.environ, stall_seconds, fault, fed=True) as child:
        feed(child, catalogue, manifest)
