"""What users ask of a deployment beside its own spec: a backup now, a restore. Each is done once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from resee_operator.api.base import Model, Rule
from resee_operator.api.data import S3Destination
from resee_operator.api.types import BackupName, DeploymentName, Moment, ObjectName, Text

_ONCE = Rule(
    cel="self == oldSelf",
    message="a request is carried out once as it was made: make another object instead of changing this one",
)


class BackupPhase(StrEnum):
    """How far a ReseeBackup is."""

    WAITING = "Waiting"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class RestorePhase(StrEnum):
    """How far a restore is, in this order; until Swapping has ended, the old database is in place."""

    WAITING = "Waiting"
    CHECKING = "Checking"
    STOPPING = "Stopping"
    SAVING = "Saving"
    RESTORING = "Restoring"
    SWAPPING = "Swapping"
    MIGRATING = "Migrating"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class ReseeBackupSpec(Model):
    """A backup of a deployment's database, made now and read back, to where its regular backups go."""

    RULES: ClassVar[tuple[Rule, ...]] = (_ONCE,)

    deployment: DeploymentName
    """The ReseeDeployment in the same namespace."""


class ReseeBackupStatus(Model):
    """What came of the backup. The files stay when this object is deleted, as long as retention keeps
    them."""

    phase: BackupPhase | None = None
    """Waiting, Running, Succeeded or Failed."""
    message: Text | None = None
    """What happens, or happened, and what to do."""
    backup: Text | None = None
    """The backup's identifier, which a restore may name."""
    location: Text | None = None
    """Where it lies."""
    size_bytes: int | None = None
    """Size of what is stored, in bytes."""
    checksum: Text | None = None
    """SHA-256 of the archive, in hexadecimal."""
    started: Moment | None = None
    """When it was begun."""
    finished: Moment | None = None
    """When it ended."""
    verified: Moment | None = None
    """When it was read as a whole and found good."""


class RestoreSource(Model):
    """Backups that are not the deployment's own, as those of a cluster that is gone."""

    s3: S3Destination
    """The bucket, as it stood in the destination of the backups."""
    namespace: ObjectName | None = None
    """Namespace of the deployment that was backed up; by default this one's."""
    deployment: DeploymentName | None = None
    """Name of the deployment that was backed up; by default this one's."""


class InitialRestore(Model):
    """The backup that a new deployment begins with. It happens once, before anything serves, and only into a
    database without tables: data that is there already is kept and served."""

    backup: BackupName = "latest"
    """Name of a ReseeBackup, identifier of a backup, or latest: the newest verified one."""
    source: RestoreSource | None = None
    """Where it lies; by default where the deployment's own backups go."""


class ReseeRestoreSpec(InitialRestore):
    """A backup that takes the place of a deployment's database, which stays beside it under another name."""

    RULES: ClassVar[tuple[Rule, ...]] = (_ONCE,)

    deployment: DeploymentName
    """The ReseeDeployment in the same namespace."""
    safety_backup: bool = True
    """Whether the present data is backed up before. Turn it off where it cannot be read any more."""


class RestoreStatus(Model):
    """How far a restore is."""

    phase: RestorePhase | None = None
    """Waiting, Checking, Stopping, Saving, Restoring, Swapping, Migrating; then Succeeded or Failed."""
    message: Text | None = None
    """What happens, or happened, and what to do."""
    backup: Text | None = None
    """Identifier of the backup that is restored."""
    safety_backup: Text | None = None
    """Identifier of the backup of the data that was replaced."""
    previous_database: Text | None = None
    """Name under which the replaced database stays on the server."""
    started: Moment | None = None
    """When it was begun."""
    closed: Moment | None = None
    """When the maintenance page came up."""
    finished: Moment | None = None
    """When it ended."""


class ReseeRestoreStatus(RestoreStatus):
    """What came of the restore."""


Uid = Annotated[str, Field(max_length=64)]


class DeploymentRestoreStatus(RestoreStatus):
    """The restore that this deployment went through last."""

    name: Text | None = None
    """The ReseeRestore; empty for spec.restore."""
    uid: Uid | None = None
    """Identity of the restore whose data is in place, or may be: the migrations run anew for each."""
