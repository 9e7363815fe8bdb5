"""`prune`: removes what the rules no longer name, and what dumps that were killed left behind.

Only folders that hold a document of ours for this deployment are looked at, and in them only files of ours.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from resee_backup.catalogue import Catalogue, Record
from resee_backup.retention import Candidate, kept
from resee_backup.settings import Keep

# A dump that has no manifest after this long was killed: no backup of this size class takes two days.
ABANDONED_AFTER = timedelta(hours=48)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pruned:
    """What stayed and what went, by id, newest first; `uploads` are parts of killed uploads."""

    kept: list[str]
    removed: list[str]
    abandoned: list[str]
    uploads: int


def prune(catalogue: Catalogue, keep: Keep, moment: datetime) -> Pruned:
    """Remove what may go.

    Raises:
        BackupError: the destination is away or refuses; what was removed until then is gone, the rest whole.
    """
    records = catalogue.records()
    finished = [record for record in records if record.manifest is not None]
    stay = kept([Candidate(r.id, r.started, r.verified, r.damaged) for r in finished], keep)
    removed = [record for record in finished if record.id not in stay]
    abandoned = [r for r in records if r.manifest is None and r.started < moment - ABANDONED_AFTER]
    _remove(catalogue, removed, "no rule keeps it")
    _remove(catalogue, abandoned, "its dump was never finished")
    uploads = catalogue.clear_unfinished(moment - ABANDONED_AFTER)
    return Pruned(
        kept=[record.id for record in finished if record.id in stay],
        removed=[record.id for record in removed],
        abandoned=[record.id for record in abandoned],
        uploads=uploads,
    )


def _remove(catalogue: Catalogue, records: list[Record], why: str) -> None:
    for record in reversed(records):
        catalogue.remove(record)
        logger.info("removed %s: %s", record.id, why)
