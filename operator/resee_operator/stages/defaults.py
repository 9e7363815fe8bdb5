"""The figures of the three stages, each with its meaning, unit, and reason or source.

Sources: the stages of Resee's own architecture (one machine for development; one t3.medium of 2 vCPU and 4 GB
with real users; two or more instances in several zones, from 2 to 10); and the memory of idle Pods of stage
Local on devcluster, by metrics-server: web 91 MiB, worker 131, beat 70, PostgreSQL 36, Redis 7, nginx 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.api.deployment import Stage
from resee_operator.api.lifecycle import UpgradeBackup
from resee_operator.api.workloads import QUEUES
from resee_operator.stages.sizes import Autoscaling, Band, Resources, Scale, Volume


@dataclass(frozen=True, slots=True)
class Group:
    """A group of workers: its name, its queues, and the tasks that each Pod runs at the same time."""

    name: str
    queues: tuple[str, ...]
    concurrency: int
    scale: Scale


@dataclass(frozen=True, slots=True)
class StageDefaults:
    """What a stage fills in where the spec says nothing."""

    web: Scale
    """Pods of web. Local and Basic scale by hand; Production has 2 to 10, so that a zone may be lost, and
    adds Pods above 70 % CPU or 1,000 requests a minute for each (the architecture's figures)."""
    web_concurrency: int
    """Gunicorn workers in each Pod: one for each core that the Pod may count on, plus one that waits for
    I/O."""
    web_threads: int
    """Threads of each gunicorn worker. Across zones all but one may hold a write until there is the next
    primary: 15 in the one Pod that a drained node may leave, where 9 were too few."""
    nginx: Scale
    """Pods of nginx. One fills a small machine's network; Production has 3, one in each zone: it is what
    users reach."""
    workers: tuple[Group, ...]
    """Groups of workers. One consumes everything on one machine; Production parts the e-mails, whose server
    is slow, from the reviews that users wait for, and adds Pods above 20 tasks for each: five for each of its
    processes, so that a task of a second waits for seconds."""
    worker_concurrency: int
    """Tasks at the same time in each Pod of a group that the spec names without saying how many."""
    resources: Mapping[str, Resources]
    """Requests and limits of each component. Requests are what the process takes when idle to lightly loaded,
    so that a stage fits its machine; memory limits are 1.5 to 4 times that, so that a leak ends in one Pod.
    There is no CPU limit: throttling makes start and tail latency worse while cores are idle."""
    database_provider: DatabaseProvider
    """Who runs PostgreSQL: one Pod on one machine; a primary and standbys across zones."""
    redis_provider: RedisProvider
    """Who runs Redis: one Pod on one machine; three watched by Sentinels across zones."""
    database_volume: Volume
    """Volume of the data. Basic: what a small machine's disk has to spare. Grows later without a move."""
    redis_volume: Volume
    """Volume of the append-only file: some times the memory limit, since a rewrite holds two copies."""
    backup_volume: Volume
    """Volume of the backups where no bucket is given: several compressed dumps of a part-filled database."""
    backup_schedule: str
    """When backups are made, as a cron line in the deployment's time zone: nightly, when few users review."""
    upgrade_backup: UpgradeBackup
    """Backup before an upgrade: where users' data is at stake, whenever the database is migrated."""
    database_parameters: Mapping[str, str]
    """PostgreSQL's settings. shared_buffers: a quarter of the memory request, PostgreSQL's own advice.
    max_connections: every thread of gunicorn and every Celery process of the stage at its largest, with one
    more Pod of each while they roll, and 10 to spare."""
    database_tls: bool
    """Whether connections to PostgreSQL are encrypted. Across zones they leave the machine."""
    redis_tls: bool
    """Whether connections to Redis and its Sentinels are encrypted. Across zones they leave the machine."""
    spread_zones: bool
    """Whether Pods of one component must lie in different zones."""


_ONE = Scale(replicas=1)
_TWO = Scale(replicas=2)
_THREE = Scale(replicas=3)
_CPU = Band(out=70, back=30)
_WEB_RULE = Autoscaling(2, 10, _CPU, requests=Band(out=1000, back=100))
_WORKER_RULE = Autoscaling(2, 10, _CPU, queue=Band(out=20, back=2))
_NIGHTLY = "0 3 * * *"

LOCAL = StageDefaults(
    web=_ONE,
    web_concurrency=2,
    web_threads=4,
    nginx=_ONE,
    workers=(Group("all", QUEUES, 2, _ONE),),
    worker_concurrency=2,
    # 425m of CPU at most (with migration and backup): a deployment fits a machine of 2 cores beside the
    # cluster.
    resources={
        "nginx": Resources("25m", "32Mi", "128Mi"),
        "web": Resources("100m", "192Mi", "512Mi"),
        "worker": Resources("75m", "192Mi", "512Mi"),
        "beat": Resources("25m", "96Mi", "256Mi"),
        "migration": Resources("50m", "128Mi", "512Mi"),
        "database": Resources("75m", "128Mi", "512Mi"),
        "redis": Resources("25m", "32Mi", "128Mi"),
        "pooler": Resources("25m", "32Mi", "128Mi"),
        "backup": Resources("50m", "64Mi", "256Mi"),
    },
    database_provider=DatabaseProvider.STATEFUL_SET,
    redis_provider=RedisProvider.STATEFUL_SET,
    database_volume=Volume("1Gi", None),
    redis_volume=Volume("1Gi", None),
    backup_volume=Volume("2Gi", None),
    backup_schedule=_NIGHTLY,
    upgrade_backup=UpgradeBackup.NEVER,
    database_parameters={"shared_buffers": "32MB", "max_connections": "50"},
    database_tls=False,
    redis_tls=False,
    spread_zones=False,
)

BASIC = StageDefaults(
    web=_ONE,
    web_concurrency=3,
    web_threads=4,
    nginx=_ONE,
    workers=(Group("all", QUEUES, 2, _ONE),),
    worker_concurrency=2,
    # 1150m and 2.0 GiB with migration and backup; with the second web Pod of a rolling update 1450m and 2.5
    # GiB: beside the system's Pods this fits a t3.medium (about 1.9 cores and 3.3 GiB can be used).
    resources={
        "nginx": Resources("50m", "64Mi", "256Mi"),
        "web": Resources("300m", "512Mi", "1Gi"),
        "worker": Resources("200m", "384Mi", "768Mi"),
        "beat": Resources("50m", "128Mi", "256Mi"),
        "migration": Resources("100m", "192Mi", "512Mi"),
        "database": Resources("300m", "512Mi", "1Gi"),
        "redis": Resources("50m", "128Mi", "256Mi"),
        "pooler": Resources("50m", "32Mi", "128Mi"),
        "backup": Resources("100m", "128Mi", "256Mi"),
    },
    database_provider=DatabaseProvider.STATEFUL_SET,
    redis_provider=RedisProvider.STATEFUL_SET,
    database_volume=Volume("10Gi", None),
    redis_volume=Volume("1Gi", None),
    backup_volume=Volume("10Gi", None),
    backup_schedule=_NIGHTLY,
    upgrade_backup=UpgradeBackup.WHEN_MIGRATING,
    database_parameters={"shared_buffers": "128MB", "max_connections": "100"},
    database_tls=False,
    redis_tls=False,
    spread_zones=False,
)

PRODUCTION = StageDefaults(
    web=Scale(2, _WEB_RULE),
    web_concurrency=3,
    web_threads=6,
    nginx=_THREE,
    workers=(
        Group("main", ("default", "reviews"), 4, Scale(2, _WORKER_RULE)),
        Group("email", ("email",), 4, _TWO),
    ),
    worker_concurrency=4,
    resources={
        "nginx": Resources("100m", "128Mi", "512Mi"),
        "web": Resources("500m", "768Mi", "1536Mi"),
        "worker": Resources("250m", "640Mi", "1280Mi"),
        "beat": Resources("50m", "128Mi", "256Mi"),
        "migration": Resources("100m", "256Mi", "1Gi"),
        "database": Resources("1", "2Gi", "4Gi"),
        "redis": Resources("100m", "256Mi", "1Gi"),
        "pooler": Resources("100m", "64Mi", "256Mi"),
        "backup": Resources("200m", "128Mi", "512Mi"),
    },
    database_provider=DatabaseProvider.PATRONI,
    redis_provider=RedisProvider.SENTINEL,
    database_volume=Volume("50Gi", None),
    redis_volume=Volume("4Gi", None),
    backup_volume=Volume("50Gi", None),
    backup_schedule=_NIGHTLY,
    upgrade_backup=UpgradeBackup.WHEN_MIGRATING,
    database_parameters={"shared_buffers": "512MB", "max_connections": "300"},
    database_tls=True,
    redis_tls=True,
    spread_zones=True,
)

STAGES: Mapping[Stage, StageDefaults] = {
    Stage.LOCAL: LOCAL,
    Stage.BASIC: BASIC,
    Stage.PRODUCTION: PRODUCTION,
}
