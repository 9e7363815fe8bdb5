"""The status: what runs, in words for people and figures for machines. The engine fills it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from resee_operator.api.base import Model
from resee_operator.api.requests import DeploymentRestoreStatus
from resee_operator.api.types import Moment, Text


class ConditionType(StrEnum):
    """The conditions that the status always has."""

    READY = "Ready"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    DATABASE_READY = "DatabaseReady"
    REDIS_READY = "RedisReady"
    MIGRATED = "Migrated"
    WEB_READY = "WebReady"
    WORKERS_READY = "WorkersReady"
    BACKUP_HEALTHY = "BackupHealthy"


class Condition(Model):
    """One answer about the deployment, as Kubernetes writes conditions."""

    type: Annotated[str, Field(pattern=r"^[A-Za-z]+$", max_length=64)]
    """What is asked."""
    status: Literal["True", "False", "Unknown"]
    """The answer."""
    observed_generation: int | None = None
    """The generation that the answer is about."""
    last_transition_time: Moment
    """When the answer last changed."""
    reason: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]*$", max_length=128)]
    """Why, in one word."""
    message: Annotated[str, Field(max_length=32768)]
    """Why, and what to do, in a sentence."""


class DatabaseStatus(Model):
    """The database in use."""

    provider: Text | None = None
    """Who runs it."""
    secret_name: Text | None = None
    """Secret with its address and credentials."""


class BackupStatus(Model):
    """What is known about the backups."""

    last_success: Moment | None = None
    """When the last good backup ended."""
    last_failure: Moment | None = None
    """When a backup last failed."""
    last_verified: Moment | None = None
    """When a backup was last read as a whole."""
    last_drill: Moment | None = None
    """When a backup was last restored on trial."""
    last_drill_failure: Moment | None = None
    """When such a trial last failed."""
    location: Text | None = None
    """Where the last good backup lies."""
    size_bytes: int | None = None
    """Its size, in bytes."""
    rpo_seconds: int | None = None
    """Age of the last verified backup, in seconds: what would be lost at most."""
    rto_seconds: int | None = None
    """How long the last drill took, in seconds: how long a restore lasts."""


class ImagesStatus(Model):
    """The images that everything was last rolled to: what an upgrade goes back to."""

    backend: Text | None = None
    """Image of web, workers, beat and migration."""
    nginx: Text | None = None
    """Image of nginx with the front end."""
    backup: Text | None = None
    """Image of the backup."""
    postgres: Text | None = None
    """Image of PostgreSQL; its major version is the data's."""


class StatementStatus(Model):
    """One statement of a migration."""

    migration: Text
    """Migration that it belongs to, as app.name."""
    sql: Text
    """The statement, as far as there is room."""
    lock: Text
    """The lock that it takes, and what waits for it."""


class UpgradeStatus(Model):
    """The last upgrade."""

    from_version: Text | None = None
    """Version that ran before."""
    to_version: Text | None = None
    """Version that is wanted."""
    image: Text | None = None
    """Image of the backend that is wanted."""
    phase: Text | None = None
    """Preflight, Backup, Migrating, Rolling, Complete, RolledBack (the version before runs again), Stuck (the
    new version does not become ready, and the migrated database keeps the one before from coming back)."""
    since: Moment | None = None
    """When the phase began."""
    message: Annotated[str, Field(max_length=2048)] | None = None
    """What happens, and what to do."""
    migrations: Annotated[list[Text], Field(max_length=64)] = []
    """Migrations that the new version brings."""
    statements: Annotated[list[StatementStatus], Field(max_length=64)] = []
    """What they do, statement by statement, as far as there is room."""


class RotationStatus(Model):
    """The last rotation of the credentials."""

    asked: Text | None = None
    """What spec.credentials.rotate said."""
    phase: Text | None = None
    """Accepting, Switching, Refusing, KeepingKey (only sessions of the old key are still good), Complete."""
    since: Moment | None = None
    """When the phase began."""
    message: Annotated[str, Field(max_length=2048)] | None = None
    """What happens, and what to do."""


class ServerCheckStatus(Model):
    """The last look at a server that somebody else runs."""

    of: Text | None = None
    """What it depended on, in short: another Secret or spec asks for another look."""
    turn: int | None = None
    """Counts the looks."""
    at: Moment | None = None
    """When it ended."""
    ok: bool | None = None
    """Whether Resee can run on the server."""
    message: Annotated[str, Field(max_length=2048)] | None = None
    """What was found, and what to do."""


class ChecksStatus(Model):
    """The last looks at servers that somebody else runs."""

    database: ServerCheckStatus | None = None
    """The database."""
    redis: ServerCheckStatus | None = None
    """Redis."""


class ReseeDeploymentStatus(Model):
    """What runs, as the operator last saw it."""

    observed_generation: int | None = None
    """The generation of the spec that the status is about."""
    stage: Text | None = None
    """Stage that runs."""
    version: Text | None = None
    """Version that runs; kept where spec.version is left out."""
    images: ImagesStatus | None = None
    """Images that run."""
    rotation: RotationStatus | None = None
    """The last rotation of the credentials."""
    upgrade: UpgradeStatus | None = None
    """The last upgrade."""
    url: Text | None = None
    """Address of the web page."""
    conditions: Annotated[
        list[Condition],
        Field(
            max_length=32,
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        ),
    ] = []
    """Ready, Progressing, Degraded, and one for each part."""
    replicas: Annotated[dict[str, Text], Field(max_length=64)] = {}
    """Ready and wanted Pods of each component, such as 2/2."""
    database: DatabaseStatus | None = None
    """The database in use."""
    checks: ChecksStatus | None = None
    """The last looks at servers that somebody else runs."""
    backup: BackupStatus | None = None
    """What is known about the backups."""
    restore: DeploymentRestoreStatus | None = None
    """The last restore."""
