"""What the environment may say, checked before anything is touched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from resee_backup.errors import Reason, UserError

PREFIX = "BACKUP_"
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?(/[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?")

Count = Annotated[int, Meta(ge=0, le=10_000)]
Seconds = Annotated[int, Meta(ge=1, le=86_400)]


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """How many backups `prune` leaves; a backup that any rule names stays.

    The defaults cover a week by days, a month by weeks and half a year by months: 24 archives at most.
    """

    last: Count = 7  # the newest N, whatever their day
    daily: Count = 7  # the newest of each of the last N UTC days that have one
    weekly: Count = 4  # the newest of each of the last N ISO weeks that have one
    monthly: Count = 6  # the newest of each of the last N months that have one


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One field for each `BACKUP_*` variable of the same name in capitals."""

    destination: str  # s3://bucket/prefix or file:///path
    name: str  # the deployment, or namespace/deployment: the folder below the destination

    keep_last: Count = Keep.__struct_defaults__[0]
    keep_daily: Count = Keep.__struct_defaults__[1]
    keep_weekly: Count = Keep.__struct_defaults__[2]
    keep_monthly: Count = Keep.__struct_defaults__[3]

    # zstd's own default; docs/backup.md has the measured sizes and times of its neighbours.
    compression_level: Annotated[int, Meta(ge=1, le=19)] = 3
    # Tables up to this many MiB get a checksum of their rows beside the count. Hashing costs about as much
    # as dumping, so a large table would halve the throughput on two cores. 0: counts only.
    checksum_table_mb: Count = 64
    # pg_dump may be silent while it reads a bloated table; longer than this it is taken for hung.
    stall_seconds: Seconds = 900
    # Dumping waits this long for a lock that a migration holds.
    lock_wait_seconds: Seconds = 60
    # A database or an object store that restarts is waited for this long.
    connect_seconds: Seconds = 60
    # One call to the object store may be silent this long; it is tried `s3_attempts` times.
    s3_timeout_seconds: Seconds = 60
    s3_attempts: Annotated[int, Meta(ge=1, le=20)] = 5
    # Size of the volume that the database lies on; 0: unknown, and a restore does not check for space.
    database_volume_bytes: Annotated[int, Meta(ge=0)] = 0
    # Where sessions go that make, drop or rename databases: it must not be one of those.
    maintenance_database: str = "postgres"
    # Server-side encryption: AES256 (SSE-S3) or aws:kms; empty leaves it to the bucket's default.
    s3_encryption: Annotated[str, Meta(pattern="^(AES256|aws:kms)?$")] = ""
    s3_kms_key_id: str = ""
    # In a bucket with Object Lock: days for which archive, roles and manifest cannot be removed or replaced;
    # 0 leaves it to the bucket's default. GOVERNANCE can be lifted by a permission, COMPLIANCE by nobody.
    s3_object_lock_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    s3_object_lock_mode: Annotated[str, Meta(pattern="^(GOVERNANCE|COMPLIANCE)$")] = "GOVERNANCE"

    # Encryption by the program itself: what age-keygen wrote. All of these can decrypt; empty: none.
    age_identities: str = ""

    @property
    def keep(self) -> Keep:
        """The retention rules."""
        return Keep(
            last=self.keep_last, daily=self.keep_daily, weekly=self.keep_weekly, monthly=self.keep_monthly
        )


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from `BACKUP_*` variables; an empty variable counts as absent.

    Raises:
        UserError: a variable is missing or its value is not allowed.
    """
    given = {
        field: environment[variable]
        for field in Settings.__struct_fields__
        if environment.get(variable := PREFIX + field.upper())
    }
    for required in ("destination", "name"):
        if required not in given:
            raise _invalid(PREFIX + required.upper(), "is not set")
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        what = str(error).partition(" - at")[0]
        raise _invalid(PREFIX + field.upper(), f"is {given[field]!r}: {what}") from None
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    if NAME.fullmatch(settings.name) is None:
        raise _invalid("BACKUP_NAME", f"is {settings.name!r}: not a name of Kubernetes or namespace/name")
    if not any(msgspec.structs.astuple(settings.keep)):
        raise _invalid("BACKUP_KEEP_LAST", "and the other BACKUP_KEEP_* are all 0: nothing would be kept")
    if settings.s3_kms_key_id and settings.s3_encryption != "aws:kms":
        raise _invalid("BACKUP_S3_KMS_KEY_ID", "needs BACKUP_S3_ENCRYPTION=aws:kms")


def _invalid(variable: str, what: str) -> UserError:
    return UserError(
        Reason.INVALID_SETTING,
        f"{variable} {what}",
        where=variable,
        remedy="Correct the variable; docs/backup.md lists them all.",
    )
