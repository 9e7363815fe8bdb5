"""Where backups lie: one module for each kind of place, the same few verbs in each."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from resee_backup.destination.base import Destination, NotStored, Stored
from resee_backup.errors import Reason, UserError
from resee_backup.settings import Settings

__all__ = ["Destination", "NotStored", "Stored", "open_destination"]


def open_destination(settings: Settings, environment: Mapping[str, str]) -> Destination:
    """The destination that BACKUP_DESTINATION names; only what is used is imported.

    Raises:
        UserError: it is no URL of a known kind.
    """
    parts = urlsplit(settings.destination)
    if parts.scheme == "s3" and parts.netloc:
        from resee_backup.destination.s3 import S3

        return S3.from_settings(parts.netloc, parts.path.strip("/"), settings, environment)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        from resee_backup.destination.volume import Volume

        return Volume(parts.path)
    raise UserError(
        Reason.INVALID_SETTING,
        f"BACKUP_DESTINATION is {settings.destination!r}",
        where="BACKUP_DESTINATION",
        remedy="Give s3://bucket/prefix, or file:///path of a mounted volume.",
    )
