"""The boxes with data: database, Redis and the backup of the database."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from resee_operator import quantity
from resee_operator.api.base import Model, Rule
from resee_operator.api.pods import PodOverrides
from resee_operator.api.types import (
    Address,
    Bucket,
    CronLine,
    Duration,
    Key,
    ObjectName,
    Prefix,
    Quantity,
    Region,
    TimeZone,
)

FIXED_PARAMETERS = (
    "config_file",
    "data_directory",
    "external_pid_file",
    "hba_file",
    "ident_file",
    "listen_addresses",
    "password_encryption",
    "port",
    "ssl",
    "ssl_cert_file",
    "ssl_key_file",
    "unix_socket_directories",
)
"""Parameters of PostgreSQL that the operator sets or relies on."""
_PARAMETER = "[a-z][a-z0-9_.]*"


class DatabaseProvider(StrEnum):
    """Who runs PostgreSQL."""

    STATEFUL_SET = "StatefulSet"
    PATRONI = "Patroni"
    CLOUD_NATIVE_PG = "CloudNativePG"
    RDS = "RDS"
    EXTERNAL = "External"


_NOT_POOLED = (DatabaseProvider.EXTERNAL, DatabaseProvider.RDS)
"""Providers whose servers encrypt by certificates that a PgBouncer of ours could not show."""


class RedisProvider(StrEnum):
    """Who runs Redis."""

    STATEFUL_SET = "StatefulSet"
    SENTINEL = "Sentinel"
    ELASTI_CACHE = "ElastiCache"
    EXTERNAL = "External"


def _size(storage: str, old: str = "") -> str:
    return f"quantity(string({old or storage}.size))"


class Storage(Model):
    """The volume that holds the data. It can grow, never shrink, and stays in its storage class."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.size) || !has(oldSelf.size) || "
            f"{_size('self')}.compareTo({_size('oldSelf')}) >= 0",
            message="a volume cannot shrink: keep the size, or restore a backup into a new deployment",
            field_path=".size",
        ),
        Rule(
            cel="has(self.className) == has(oldSelf.className) && "
            "(!has(self.className) || self.className == oldSelf.className)",
            message="a volume cannot move to another class: keep className, "
            "or restore a backup into a new deployment",
            field_path=".className",
        ),
        Rule(
            cel="!has(self.size) || quantity(string(self.size)).isGreaterThan(quantity('1Mi'))",
            message="the size is too small for any data: write it with its unit, for example 10Gi",
            field_path=".size",
            holds=lambda storage: storage.size is None or quantity.parse(storage.size) > 2**20,
        ),
    )

    size: Quantity | None = None
    """Size of the volume, for example 10Gi; the stage's where left out."""
    class_name: ObjectName | None = None
    """StorageClass; the cluster's default where left out."""


class ExternalService(Model):
    """A server that somebody else runs, named by a Secret."""

    secret_name: ObjectName
    """Secret in the same namespace. Its keys for a database: uri (postgresql://user:password@host:port/name),
    port, and optionally replica-uri. For Redis: uri (redis:// or rediss://, for Celery),
    cache-uri (for the cache), port."""


Parameters = Annotated[dict[str, Annotated[str, Field(max_length=256)]], Field(max_length=64)]


class PoolMode(StrEnum):
    """For how long a client keeps a connection to the server."""

    SESSION = "Session"
    TRANSACTION = "Transaction"


class Pooler(Model):
    """PgBouncer between the database and the Pods of web and workers."""

    enabled: bool = False
    """Whether there is one. Web and workers go through it once it is ready; migrations, backups, rotations
    and reads from replicas go to the servers themselves."""
    instances: Annotated[int, Field(ge=1, le=10)] | None = None
    """Number of Pods; 2 in stage Production, else 1."""
    pool_mode: PoolMode = PoolMode.TRANSACTION
    """Transaction: a connection of the server serves one transaction, then another client. Session: it is the
    client's until that goes."""


class Database(PodOverrides):
    """PostgreSQL 15. The provider cannot be changed, since the data would have to move."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="(has(self.provider) && self.provider == 'External') == has(self.external)",
            message="provider External and external.secretName belong together: set both or neither",
            field_path=".external",
            holds=lambda database: (
                (database.provider == DatabaseProvider.EXTERNAL) == (database.external is not None)
            ),
        ),
        Rule(
            cel="!self.?pooler.?enabled.orValue(false) || "
            f"!(self.?provider.orValue('') in [{', '.join(repr(str(name)) for name in _NOT_POOLED)}])",
            message="no PgBouncer is run in front of a server of somebody else: set pooler.enabled to false",
            field_path=".pooler",
            holds=lambda database: not database.pooler.enabled or database.provider not in _NOT_POOLED,
        ),
        Rule(
            cel=f"!has(self.parameters) || self.parameters.all(name, name.matches('^({_PARAMETER})$') && "
            f"!(name in [{', '.join(repr(name) for name in FIXED_PARAMETERS)}]))",
            message="a parameter is no name of PostgreSQL's, or is one that the operator sets: "
            f"remove it (set by the operator: {', '.join(FIXED_PARAMETERS)})",
            field_path=".parameters",
            holds=lambda database: all(
                re.fullmatch(_PARAMETER, name) and name not in FIXED_PARAMETERS
                for name in database.parameters
            ),
        ),
    )

    provider: DatabaseProvider | None = None
    """Who runs the database. Local and Basic: StatefulSet; Production: Patroni."""
    external: ExternalService | None = None
    """The server of provider External."""
    storage: Storage = Storage()
    """The volume of the data."""
    pooler: Pooler = Pooler()
    """PgBouncer in front of providers StatefulSet, Patroni and CloudNativePG."""
    parameters: Parameters = {}
    """Parameters of PostgreSQL, for example max_connections; they win over the stage's."""
    tls: bool | None = None
    """Whether connections are encrypted, by a certificate that the operator makes and renews; by default in
    stage Production. CloudNativePG's always are. For provider External the address in the Secret says it
    (sslmode); with true a server that is reached without encryption is refused, and by default warned of."""


class Redis(PodOverrides):
    """Redis 7: broker of the tasks, and cache. The provider cannot be changed while tasks may be in it."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="(has(self.provider) && self.provider == 'External') == has(self.external)",
            message="provider External and external.secretName belong together: set both or neither",
            field_path=".external",
            holds=lambda redis: (redis.provider == RedisProvider.EXTERNAL) == (redis.external is not None),
        ),
    )

    provider: RedisProvider | None = None
    """Who runs Redis. Local and Basic: StatefulSet; Production: Sentinel."""
    external: ExternalService | None = None
    """The server of provider External."""
    storage: Storage = Storage()
    """The volume of the append-only file."""
    tls: bool | None = None
    """Whether connections are encrypted, by a certificate that the operator makes and renews; by default in
    stage Production. It cannot be changed, since servers and clients would have to change at once. For
    provider External the address in the Secret says it (rediss://); with true a server that is reached
    without encryption is refused, and by default warned of."""


class S3Destination(Model):
    """A bucket of S3 or of a server that speaks its protocol."""

    bucket: Bucket
    """Name of the bucket."""
    prefix: Prefix | None = None
    """Folder in the bucket; below it each deployment has one of its own, namespace/name."""
    endpoint: Address | None = None
    """Address of the server; Amazon's where left out."""
    region: Region | None = None
    """Region of the bucket."""
    credentials_secret: ObjectName | None = None
    """Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; without it the ServiceAccount's or the
    machine's role is used."""


class VolumeDestination(Model):
    """A PersistentVolumeClaim that the operator makes."""

    storage: Storage = Storage()
    """The volume of the backups."""


class Destination(Model):
    """Where the backups go; exactly one of the fields."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.s3) != has(self.volume)",
            message="backups go to one place: set either s3 or volume",
            holds=lambda destination: (destination.s3 is None) != (destination.volume is None),
        ),
    )

    s3: S3Destination | None = None
    """A bucket."""
    volume: VolumeDestination | None = None
    """A volume in the cluster; lost with the cluster."""


Kept = Annotated[int, Field(ge=0, le=1000)]


class Retention(Model):
    """Which backups are kept. The last verified one is never deleted."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="self.keepLast + self.daily + self.weekly + self.monthly > 0",
            message="nothing would be kept: set at least one of keepLast, daily, weekly, monthly",
            holds=lambda kept: kept.keep_last + kept.daily + kept.weekly + kept.monthly > 0,
        ),
    )

    keep_last: Kept = 3
    """Newest backups, whatever their age."""
    daily: Kept = 7
    """Days of which the newest backup is kept."""
    weekly: Kept = 4
    """Weeks of which the newest backup is kept."""
    monthly: Kept = 6
    """Months of which the newest backup is kept."""


class Drill(Model):
    """Restoring the newest backup into a throw-away database, to prove that it can be done."""

    schedule: CronLine | None = None
    """When, as a cron line in the backup's time zone; never where left out."""
    volume_size: Quantity | None = None
    """Size of a throw-away volume for the database of the drill, such as 20Gi; the node's disk where left
    out."""


class Backup(PodOverrides):
    """The regular backup of the database."""

    enabled: bool = True
    """Whether backups are made."""
    schedule: CronLine | None = None
    """When, as a cron line: minute, hour, day of month, month, day of week. By default 0 3 * * *."""
    time_zone: TimeZone = "Asia/Seoul"
    """Time zone of the schedules, a name of the IANA database."""
    destination: Destination | None = None
    """Where the backups go; by default a volume in the cluster."""
    retention: Retention = Retention()
    """Which backups are kept."""
    rpo_limit: Duration | None = None
    """Greatest age of the newest verified backup, such as 36h; by default twice the longest time between two
    backups of the schedule. Where it is older, BackupHealthy turns False."""
    drill: Drill = Drill()
    """Proof that the backups can be restored."""


class SecretKeyRef(Model):
    """One key of a Secret in the same namespace."""

    secret_name: ObjectName
    """Name of the Secret."""
    key: Key = "url"
    """Key in its data."""
