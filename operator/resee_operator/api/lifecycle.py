"""How a deployment changes over its life: upgrades, and new credentials."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from resee_operator.api.base import Model


class UpgradeBackup(StrEnum):
    """When the database is backed up before an upgrade."""

    ALWAYS = "Always"
    WHEN_MIGRATING = "WhenMigrating"
    NEVER = "Never"


class Credentials(Model):
    """The passwords and keys that the operator has drawn."""

    rotate: Annotated[str, Field(max_length=63)] | None = None
    """Any text, such as a date; another one asks for new credentials."""
    keep_old_key_seconds: Annotated[int, Field(ge=0, le=31536000)] = 604800
    """Time for which sessions and tokens that were signed by the old key stay good, in seconds; 7 days, the
    life of a refresh token. 0 where the old key has become known: all users sign in anew."""


class Upgrade(Model):
    """How another version comes to run."""

    backup: UpgradeBackup | None = None
    """Backup of the database before the migration. Always; WhenMigrating: only where the new version brings
    migrations; Never. Local: Never; Basic and Production: WhenMigrating. There is none where spec.backup is
    turned off."""
    timeout_seconds: Annotated[int, Field(ge=30, le=86400)] = 900
    """Time in which web, workers and beat must run the new version, in seconds. After it the version before
    comes back, unless the database has been migrated since."""
