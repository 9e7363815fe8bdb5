"""`list`: the backups of a deployment as a table for people or a document for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from resee_backup.catalogue import Record
from resee_backup.manifest import Mark

MIB = 1024 * 1024
ROW = "{:<24} {:<18} {:>10} {:>12} {:<10} {:<10}"


def as_table(records: list[Record]) -> str:
    """One line for each folder of ours; one without a manifest is no backup and says so."""
    lines = [ROW.format("BACKUP", "STATE", "SIZE", "ROWS", "VERIFIED", "DRILL")]
    for record in records:
        facts = _facts(record)
        size = "" if facts["sizeBytes"] is None else f"{facts['sizeBytes'] / MIB:.1f} MiB"
        rows = "" if facts["rows"] is None else str(facts["rows"])
        marks = (facts["verification"] or "-", facts["drill"] or "-")
        lines.append(ROW.format(record.id, facts["state"], size, rows, *marks))
    return "\n".join(line.rstrip() for line in lines)


def as_document(records: list[Record]) -> str:
    """The same as JSON."""
    return msgspec.json.encode([_facts(record) for record in records]).decode()


def _facts(record: Record) -> dict[str, Any]:
    manifest = record.manifest
    return {
        "id": record.id,
        "started": record.started,
        "state": "finished" if manifest else "unfinished",
        "sizeBytes": manifest.size_bytes if manifest else None,
        "rows": sum(table.rows for table in manifest.tables.values()) if manifest else None,
        "verification": _outcome(record.verification),
        "drill": _outcome(record.drill),
    }


def _outcome(mark: Mark | None) -> str | None:
    return mark.outcome if mark else None
