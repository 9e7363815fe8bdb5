"""A deployment with nothing left open: what the components build from. Frozen, and free of Kubernetes'
forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resee_operator.api.data import DatabaseProvider, PoolMode, RedisProvider
from resee_operator.api.deployment import DeletionPolicy, Stage
from resee_operator.api.lifecycle import UpgradeBackup
from resee_operator.api.workloads import ServiceType
from resee_operator.stages.sizes import PodSettings, Scale, Volume


@dataclass(frozen=True, slots=True)
class Images:
    """Full references of the images."""

    backend: str
    nginx: str
    backup: str
    postgres: str
    drill: str
    """PostgreSQL of a drill's throw-away server: an image with the official one's entry point."""
    redis: str
    pgbouncer: str
    pull_policy: str
    pull_secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Web:
    """Django behind gunicorn; ``concurrency`` gunicorn workers in each Pod, with ``threads`` each."""

    pods: PodSettings
    scale: Scale
    concurrency: int
    threads: int


@dataclass(frozen=True, slots=True)
class Nginx:
    """Nginx and its Service."""

    pods: PodSettings
    scale: Scale
    service_type: ServiceType
    node_port: int | None
    service_annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Worker:
    """One group of Celery workers; ``concurrency`` tasks at the same time in each Pod."""

    name: str
    queues: tuple[str, ...]
    pods: PodSettings
    scale: Scale
    concurrency: int


@dataclass(frozen=True, slots=True)
class Pooler:
    """PgBouncer in front of the database."""

    instances: int
    mode: PoolMode
    pods: PodSettings
    exists: bool
    used: bool
    """Whether web and workers go through it. It is there before they do, and after
    (operations/pooling.py)."""


@dataclass(frozen=True, slots=True)
class Database:
    """PostgreSQL. ``secret_name`` names the Secret with its address, whoever runs it."""

    provider: DatabaseProvider
    secret_name: str
    pods: PodSettings
    volume: Volume
    parameters: Mapping[str, str]
    tls: bool
    """Whether the connections to a server of this cluster are encrypted."""
    pooler: Pooler
    tls_required: bool = False
    """Whether a server of somebody else is refused where it does not encrypt."""


@dataclass(frozen=True, slots=True)
class Redis:
    """Redis. ``secret_name`` names the Secret with its address, whoever runs it."""

    provider: RedisProvider
    secret_name: str
    pods: PodSettings
    volume: Volume
    tls: bool
    """Whether the operator's own certificate encrypts the connections."""
    tls_required: bool = False
    """Whether a server of somebody else is refused where it does not encrypt."""


@dataclass(frozen=True, slots=True)
class S3:
    """A bucket and the folder in it, if any; each deployment has a folder of its own below that."""

    bucket: str
    prefix: str | None
    endpoint: str | None
    region: str | None
    credentials_secret: str | None


@dataclass(frozen=True, slots=True)
class Retention:
    """How many backups are kept of each kind."""

    keep_last: int
    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True, slots=True)
class Backup:
    """The regular backup; ``destination`` is a bucket or a volume in the cluster."""

    enabled: bool
    schedule: str
    time_zone: str
    destination: S3 | Volume
    retention: Retention
    drill_schedule: str | None
    drill_volume_size: str | None
    """Of a throw-away volume; None is the node's disk."""
    rpo_limit: int
    """Seconds that the newest verified backup may be old."""
    pods: PodSettings


@dataclass(frozen=True, slots=True)
class Restore:
    """A backup that is to be restored: ``backup`` as the user names it, in the folder ``name`` of a
    destination; ``foreign`` where that is not the deployment's own."""

    backup: str
    destination: S3 | Volume
    name: str
    foreign: bool


@dataclass(frozen=True, slots=True)
class Ingress:
    """The way in from outside the cluster."""

    enabled: bool
    class_name: str | None
    annotations: Mapping[str, str]
    external_dns: bool
    cloudflare: bool
    tls_secret: str | None
    encrypted: bool
    """Whether users' connections are, be it by the Ingress or by what stands before it."""
    issuer: tuple[str, str] | None
    """Kind and name of the issuer of cert-manager."""
    trusted_proxies: tuple[str, ...]
    """Ranges of addresses whose word on the client's address is believed."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Objects for the Prometheus operator, and the namespace from which metrics may be read."""

    enabled: bool
    namespace: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """How another version comes to run; ``timeout`` in seconds."""

    backup: UpgradeBackup
    timeout: int


@dataclass(frozen=True, slots=True)
class SecretKeyRef:
    """One key of a Secret."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """One deployment, with every default filled in."""

    name: str
    namespace: str
    uid: str
    stage: Stage
    version: str
    images: Images
    host: str
    url: str
    ingress: Ingress
    nginx: Nginx
    web: Web
    workers: tuple[Worker, ...]
    beat: PodSettings
    migration: PodSettings
    database: Database
    redis: Redis
    backup: Backup
    env: tuple[Mapping[str, Any], ...]
    slack: SecretKeyRef | None
    monitoring: Monitoring
    operator_namespace: str
    log_level: str
    debug: bool
    live_update: bool
    spread_zones: bool
    upgrade: Upgrade
    rotate: str | None
    """What asks for new credentials."""
    keep_old_key: int
    """Seconds for which the old key of Django stays good."""
    suspended: bool
    deletion_policy: DeletionPolicy
    restore: Restore | None = None
    """The backup that a new deployment begins with."""
    closed: bool = False
    """Whether the maintenance page is up and nobody may write: no web, no workers, no beat."""
    restored: str = ""
    """Identity of the restore whose data is in place: the migrations run anew for each."""
    buckets: tuple[S3, ...] = ()
    """Buckets that restores read, beside the one of the backups."""

    def child(self, suffix: str) -> str:
        """Name of a child object."""
        return f"{self.name}-{suffix}"

    @property
    def app_secret(self) -> str:
        """Secret with Django's SECRET_KEY."""
        return self.child("app")

    @property
    def tls_secret(self) -> str:
        """Secret with the database's certificate of our own making, or CloudNativePG's authority."""
        if self.database.provider == DatabaseProvider.CLOUD_NATIVE_PG:
            return f"{self.pg_cluster}-ca"
        return self.child("tls")

    @property
    def pg_cluster(self) -> str:
        """Cluster of CloudNativePG; names of its Secrets and Services begin with it."""
        return self.child("pg")

    @property
    def pooler(self) -> Pooler | None:
        """PgBouncer that the operator itself runs, None where there is none."""
        theirs = self.database.provider == DatabaseProvider.CLOUD_NATIVE_PG
        return self.database.pooler if self.database.pooler.exists and not theirs else None

    @property
    def pooler_name(self) -> str:
        """Our PgBouncer or CloudNativePG's Pooler, and its Service."""
        theirs = self.database.provider == DatabaseProvider.CLOUD_NATIVE_PG
        return f"{self.pg_cluster if theirs else self.name}-pooler"

    @property
    def redis_tls_secret(self) -> str:
        """Secret with Redis' certificate of the operator's own making."""
        return self.child("redis-tls")

    @property
    def config_map(self) -> str:
        """ConfigMap with the environment of the Django Pods that is no secret."""
        return self.child("config")

    @property
    def secret_names(self) -> tuple[str, ...]:
        """Every Secret that a pass has to read, our own and those that the user names; sorted."""
        names = {self.app_secret, self.database.secret_name, self.redis.secret_name}
        if self.slack:
            names.add(self.slack.name)
        if self.database.tls:
            names.add(self.tls_secret)
        if self.redis.tls:
            names.add(self.redis_tls_secret)
        destinations = (self.backup.destination, self.restore.destination if self.restore else None)
        names |= {
            place.credentials_secret
            for place in destinations
            if isinstance(place, S3) and place.credentials_secret
        }
        return tuple(sorted(names | self._env_secrets()))

    def _env_secrets(self) -> set[str]:
        pods = (
            self.nginx.pods,
            self.web.pods,
            self.beat,
            self.migration,
            self.database.pods,
            self.redis.pods,
            self.backup.pods,
            *(worker.pods for worker in self.workers),
        )
        variables = [*self.env, *(variable for settings in pods for variable in settings.env)]
        sources = [variable.get("valueFrom", {}).get("secretKeyRef") for variable in variables]
        return {source["name"] for source in sources if source}
