"""The one line that the operator reads from the Pod's termination message, on success and on failure."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from resee_backup.errors import BackupError, Reason

TERMINATION_LOG = "/dev/termination-log"  # made by the kubelet; elsewhere it does not exist and is not made
LONGEST = 4096  # bytes that the kubelet takes
LONGEST_TEXT = 900  # characters of one text

logger = logging.getLogger(__name__)


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How a command ended. Times are UTC, sizes bytes, durations seconds."""

    command: str
    ok: bool
    reason: Reason
    message: str
    where: str = ""
    remedy: str = ""
    warnings: list[str] = []

    backup: str = ""
    location: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    duration_seconds: float | None = None
    size_bytes: int | None = None
    database_bytes: int | None = None
    sha256: str = ""
    tables: int | None = None
    rows: int | None = None
    verified: datetime | None = None

    database: str = ""
    previous_database: str = ""
    rpo_seconds: int | None = None
    rto_seconds: float | None = None

    kept: int | None = None
    removed: int | None = None


def failed(command: str, error: BackupError) -> Result:
    """The result of a command that raised."""
    return Result(
        command=command,
        ok=False,
        reason=error.reason,
        message=error.message,
        where=error.where,
        remedy=error.remedy,
    )


def encoded(result: Result, mask: Callable[[str], str]) -> bytes:
    """The result as one line of JSON without secrets that the kubelet takes whole."""
    longest = LONGEST_TEXT
    while True:
        texts = {name: mask(getattr(result, name))[:longest] for name in ("message", "where", "remedy")}
        warnings = [mask(warning)[:longest] for warning in result.warnings]
        line = msgspec.json.encode(msgspec.structs.replace(result, **texts, warnings=warnings))
        if len(line) < LONGEST:
            return line
        longest //= 2


def write_result(line: bytes, environment: Mapping[str, str]) -> None:
    """Write the line to BACKUP_RESULT_PATH; a file that cannot be written is no failure."""
    path = environment.get("BACKUP_RESULT_PATH")
    create = os.O_CREAT if path else 0
    try:
        descriptor = os.open(path or TERMINATION_LOG, os.O_WRONLY | os.O_TRUNC | create, 0o644)
    except OSError as error:
        logger.debug("no result file: %s", error)
        return
    try:
        os.write(descriptor, line + b"\n")
    finally:
        os.close(descriptor)
