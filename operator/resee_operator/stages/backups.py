"""The regular backup: when, and where it goes."""

from __future__ import annotations

from resee_operator.api.data import Backup as BackupSpec
from resee_operator.api.data import Destination, S3Destination
from resee_operator.stages import pods
from resee_operator.stages.defaults import StageDefaults
from resee_operator.stages.resolved import S3, Backup, Retention, Volume


def resolve(spec: BackupSpec, stage: StageDefaults) -> Backup:
    """Fill in the backup."""
    kept = spec.retention
    return Backup(
        enabled=spec.enabled,
        schedule=spec.schedule or stage.backup_schedule,
        time_zone=spec.time_zone,
        destination=_destination(spec.destination, stage),
        retention=Retention(kept.keep_last, kept.daily, kept.weekly, kept.monthly),
        drill_schedule=spec.drill.schedule,
        pods=pods.settings(spec, stage.resources["backup"]),
    )


def _destination(spec: Destination | None, stage: StageDefaults) -> S3 | Volume:
    if spec is not None and spec.s3 is not None:
        return _bucket(spec.s3)
    storage = spec.volume.storage if spec is not None and spec.volume is not None else None
    return pods.volume(storage, stage.backup_volume)


def _bucket(spec: S3Destination) -> S3:
    return S3(
        bucket=spec.bucket,
        prefix=spec.prefix,
        endpoint=spec.endpoint,
        region=spec.region,
        credentials_secret=spec.credentials_secret,
    )
