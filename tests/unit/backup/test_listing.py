"""`list`: one line a backup for people, the same facts for programs."""

from __future__ import annotations

import json

from resee_backup.catalogue import Record
from resee_backup.listing import as_document, as_table
from resee_backup.manifest import outcome_of
from tests.unit.backup.test_manifest import MOMENT, manifest

FINISHED = Record(
    id=manifest().id,
    started=MOMENT,
    files=frozenset(),
    manifest=manifest(),
    verification=outcome_of(manifest(), 1),
    drill=outcome_of(manifest(), 1, "it failed"),
)
UNFINISHED = Record(id="20260130T030000Z-0a1b2c", started=MOMENT, files=frozenset())


def test_the_table() -> None:
    heading, finished, unfinished = as_table([FINISHED, UNFINISHED]).splitlines()
    assert heading.split() == ["BACKUP", "STATE", "SIZE", "ROWS", "VERIFIED", "DRILL"]
    assert finished.split() == [manifest().id, "finished", "0.0", "MiB", "3", "passed", "failed"]
    assert unfinished.split() == ["20260130T030000Z-0a1b2c", "unfinished", "-", "-"]


def test_the_document() -> None:
    finished, unfinished = json.loads(as_document([FINISHED, UNFINISHED]))
    assert finished == {
        "id": manifest().id,
        "started": "2026-01-31T03:00:00Z",
        "state": "finished",
        "sizeBytes": 320,
        "rows": 3,
        "verification": "passed",
        "drill": "failed",
    }
    assert (unfinished["state"], unfinished["sizeBytes"]) == ("unfinished", None)
