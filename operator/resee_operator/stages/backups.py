"""The regular backup: when, and where it goes; how old the newest may be; where a restore takes one from."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from cronsim import CronSim

from resee_operator.api.data import Backup as BackupSpec
from resee_operator.api.data import Destination, S3Destination
from resee_operator.api.requests import InitialRestore
from resee_operator.stages import pods
from resee_operator.stages.defaults import StageDefaults
from resee_operator.stages.resolved import S3, Backup, Restore, Retention
from resee_operator.stages.sizes import Volume

_SOME_DAY: Final = datetime(2024, 1, 1, tzinfo=UTC)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MISSED: Final = 2
"""Backups that may be missing before somebody is told: one that failed is told as a failure."""
_LOOKED_AT: Final = 300
"""Moments of a cron line among which the longest pause is looked for: every five minutes of a working day
make 108."""


def resolve(spec: BackupSpec, stage: StageDefaults) -> Backup:
    """Fill in the backup."""
    kept, schedule = spec.retention, spec.schedule or stage.backup_schedule
    return Backup(
        enabled=spec.enabled,
        schedule=schedule,
        time_zone=spec.time_zone,
        destination=_destination(spec.destination, stage),
        retention=Retention(kept.keep_last, kept.daily, kept.weekly, kept.monthly),
        drill_schedule=spec.drill.schedule,
        drill_volume_size=spec.drill.volume_size,
        rpo_limit=_seconds(spec.rpo_limit) if spec.rpo_limit else _MISSED * longest_pause(schedule),
        pods=pods.settings(spec, stage.resources["backup"]),
    )


def restore(spec: InitialRestore, own: S3 | Volume, namespace: str, name: str) -> Restore:
    """Where a restore takes its backup from.

    Args:
        spec: what the user wrote.
        own: where the deployment's own backups go.
        namespace: of the deployment.
        name: of the deployment.
    """
    if spec.source is None:
        return Restore(spec.backup, own, f"{namespace}/{name}", foreign=False)
    source = spec.source
    folder = f"{source.namespace or namespace}/{source.deployment or name}"
    return Restore(spec.backup, _bucket(source.s3), folder, foreign=True)


@lru_cache(maxsize=1024)
def longest_pause(schedule: str) -> int:
    """The longest time between two moments of a cron line, in seconds; a day where it has one moment only."""
    moments = islice(CronSim(schedule, _SOME_DAY), _LOOKED_AT)
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    return int(max(pauses, default=_UNITS["d"]))


def _seconds(duration: str) -> int:
    return int(duration[:-1]) * _UNITS[duration[-1]]


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
