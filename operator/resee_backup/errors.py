"""What can go wrong, in two families: it may pass by itself, or somebody must act.

BackupError
  TransientError   exit code 1: the same command may succeed later
  UserError        exit code 2: it fails again until somebody changes something
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """Why a command ended as it did; a word for programs, the message is for people."""

    SUCCEEDED = "Succeeded"
    INVALID_SETTING = "InvalidSetting"
    DATABASE_UNREACHABLE = "DatabaseUnreachable"
    DATABASE_REFUSED = "DatabaseRefused"
    TOOL_MISSING = "ToolMissing"
    TOOL_TOO_OLD = "ToolTooOld"
    SERVER_TOO_OLD = "ServerTooOld"
    DUMP_FAILED = "DumpFailed"
    TOOL_KILLED = "ToolKilled"
    TOOL_STALLED = "ToolStalled"
    DESTINATION_REFUSED = "DestinationRefused"
    DESTINATION_UNREACHABLE = "DestinationUnreachable"
    DESTINATION_FULL = "DestinationFull"
    BACKUP_NOT_FOUND = "BackupNotFound"
    MANIFEST_UNREADABLE = "ManifestUnreadable"
    ARCHIVE_DAMAGED = "ArchiveDamaged"
    KEY_REFUSED = "KeyRefused"
    RESTORE_FAILED = "RestoreFailed"
    CONTENT_DIFFERS = "ContentDiffers"
    SPACE_MISSING = "SpaceMissing"
    DATABASE_POPULATED = "DatabasePopulated"
    DATABASE_EXISTS = "DatabaseExists"
    DATABASE_UNKNOWN = "DatabaseUnknown"
    DATABASE_BUSY = "DatabaseBusy"
    ROLES_MISSING = "RolesMissing"
    EXTENSIONS_MISSING = "ExtensionsMissing"
    INTERRUPTED = "Interrupted"
    UNEXPECTED = "Unexpected"


class BackupError(Exception):
    """A failure that says what is wrong, where, and what to do.

    Args:
        reason: the kind of failure.
        message: what is wrong, one sentence without a secret.
        where: the setting, object or file that it is about.
        remedy: what somebody can do.
    """

    exit_code: ClassVar[int]

    def __init__(self, reason: Reason, message: str, *, where: str, remedy: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.where}). {self.remedy}"


class TransientError(BackupError):
    """It may pass by itself; a retry of the Job is worth its time."""

    exit_code = 1


class UserError(BackupError):
    """Somebody must act; a retry fails the same way."""

    exit_code = 2
