"""The ReseeDeployment: everything that a user may write, and the form of the status."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, JsonValue

from resee_operator.api.base import Model, Rule
from resee_operator.api.data import Backup, Database, DatabaseProvider, Redis, RedisProvider, SecretKeyRef
from resee_operator.api.lifecycle import Credentials, Upgrade
from resee_operator.api.monitoring import Monitoring
from resee_operator.api.pods import EnvVars
from resee_operator.api.requests import InitialRestore
from resee_operator.api.types import Address, Host, Image, ObjectName, Registry, Tag
from resee_operator.api.workloads import QUEUES, Beat, Dev, Ingress, Nginx, Tls, Web, Worker

GROUP: Final = "resee.io"
VERSION: Final = "v1alpha1"
KIND: Final = "ReseeDeployment"
PLURAL: Final = "reseedeployments"


class Stage(StrEnum):
    """How large and how available; everything else defaults to what fits it."""

    LOCAL = "Local"
    BASIC = "Basic"
    PRODUCTION = "Production"


class DeletionPolicy(StrEnum):
    """What happens to the data when the ReseeDeployment is deleted."""

    RETAIN = "Retain"
    SNAPSHOT = "Snapshot"
    DELETE = "Delete"


class PullPolicy(StrEnum):
    """When the node asks the registry for an image."""

    IF_NOT_PRESENT = "IfNotPresent"
    ALWAYS = "Always"
    NEVER = "Never"


class Images(Model):
    """Where the images come from; each can be given as a whole."""

    registry: Registry | None = None
    """Registry and folder of Resee's own images; the operator's default where left out."""
    backend: Image | None = None
    """Image of web, workers, beat and migration."""
    nginx: Image | None = None
    """Image of nginx with the front end."""
    backup: Image | None = None
    """Image of the backup."""
    postgres: Image | None = None
    """Image of PostgreSQL 15."""
    redis: Image | None = None
    """Image of Redis 7."""
    pgbouncer: Image | None = None
    """Image of PgBouncer, where database.pooler asks for it; CloudNativePG has its own."""
    pull_policy: PullPolicy = PullPolicy.IF_NOT_PRESENT
    """When the node asks the registry for an image."""
    pull_secrets: Annotated[list[ObjectName], Field(max_length=8)] = []
    """Secrets with the credentials of private registries."""


class Notifications(Model):
    """Who is told about failures."""

    slack: SecretKeyRef | None = None
    """Secret with the address of a Slack webhook."""


def _queues_covered(spec: ReseeDeploymentSpec) -> bool:
    consumed = {queue for worker in spec.workers or [] for queue in worker.queues}
    return spec.workers is None or consumed.issuperset(QUEUES)


def _at_least_two(component: str) -> Rule:
    """Stage Production survives the loss of a zone: the architecture's least number of instances."""

    def holds(spec: ReseeDeploymentSpec) -> bool:
        replicas = getattr(spec, component).replicas
        return spec.stage != Stage.PRODUCTION or replicas is None or replicas >= 2

    return Rule(
        cel=f"self.stage != 'Production' || self.?{component}.?replicas.orValue(2) >= 2",
        message=f"stage Production runs at least 2 Pods of {component}: raise replicas "
        "(spec.suspend stops them all)",
        field_path=f".{component}.replicas",
        holds=holds,
    )


def _unchanged(section: str, providers: type[StrEnum], several_zones: str) -> str:
    """CEL: the provider of ``section`` is the one it was, the stage's default counted in.

    Written as a comparison with each provider, since the cost of comparing two computed strings cannot be
    bounded.
    """

    def runs(spec: str) -> str:
        given = f"has({spec}.{section}) && has({spec}.{section}.provider)"
        default = f"({spec}.stage == 'Production' ? name == '{several_zones}' : name == 'StatefulSet')"
        return f"({given} ? {spec}.{section}.provider == name : {default})"

    names = ", ".join(repr(str(provider)) for provider in providers)
    return f"[{names}].all(name, {runs('self')} == {runs('oldSelf')})"


def _encryption_unchanged() -> str:
    """CEL: Redis of our own is encrypted, or not, as it was, the stage's default counted in."""

    def encrypted(spec: str) -> str:
        given = f"has({spec}.redis) && has({spec}.redis.tls)"
        return f"({given} ? {spec}.redis.tls : {spec}.stage == 'Production')"

    theirs = "self.?redis.?provider.orValue('') == 'External'"
    return f"{theirs} || {encrypted('self')} == {encrypted('oldSelf')}"


class ReseeDeploymentSpec(Model):
    """What should run. Everything has a default: ``stage: Local`` is complete."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel=f"!has(self.workers) || [{', '.join(repr(queue) for queue in QUEUES)}].all(queue, "
            "self.workers.exists(worker, queue in worker.queues))",
            message="no worker consumes one of default, reviews, email: add it to the queues of a group",
            field_path=".workers",
            holds=_queues_covered,
        ),
        Rule(
            cel="self.stage == 'Local' || !has(self.dev)",
            message="spec.dev is for stage Local only: remove it or set stage Local",
            field_path=".dev",
            holds=lambda spec: spec.stage == Stage.LOCAL or spec.dev is None,
        ),
        _at_least_two("web"),
        _at_least_two("nginx"),
        Rule(
            cel="!self.?ingress.?enabled.orValue(false) || has(self.host)",
            message="an Ingress needs spec.host: set the name under which users reach Resee",
            field_path=".host",
            holds=lambda spec: not spec.ingress.enabled or spec.host is not None,
        ),
        Rule(
            cel=_unchanged("database", DatabaseProvider, "Patroni"),
            message="the database provider cannot change, since the data would have to move: keep "
            "spec.database.provider as it was (set it explicitly when the stage changes), "
            "or restore a backup into a new deployment",
            field_path=".database",
        ),
        Rule(
            cel=_unchanged("redis", RedisProvider, "Sentinel"),
            message="the Redis provider cannot change, since queued tasks would have to move: keep "
            "spec.redis.provider as it was (set it explicitly when the stage changes), "
            "or make a new deployment",
            field_path=".redis",
        ),
        Rule(
            cel=_encryption_unchanged(),
            message="the encryption of Redis cannot change, since servers and clients would have to change "
            "at once: keep spec.redis.tls as it was (set it explicitly when the stage changes), "
            "or make a new deployment",
            field_path=".redis.tls",
        ),
    )

    stage: Stage = Stage.LOCAL
    """Local: one machine, for development. Basic: one machine, real users. Production: several zones."""
    version: Tag | None = None
    """Version of Resee, the tag of its images. Where left out, the operator's default at first sight, which
    is then kept in status.version, so that an upgrade of the operator restarts nothing."""
    images: Images = Images()
    """Where the images come from."""
    host: Host | None = None
    """Name under which users reach Resee. Local: localhost."""
    url: Address | None = None
    """Address that users type, where it differs from https://host (with TLS) or http://host."""
    ingress: Ingress = Ingress()
    """The Ingress in front of nginx."""
    tls: Tls | None = None
    """How the address is encrypted; not at all where left out."""
    nginx: Nginx = Nginx()
    """Nginx with the front end."""
    web: Web = Web()
    """Django behind gunicorn."""
    workers: (
        Annotated[
            list[Worker],
            Field(
                min_length=1,
                max_length=16,
                json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
            ),
        ]
        | None
    ) = None
    """Groups of Celery workers; by default the stage's, which consume all queues."""
    beat: Beat = Beat()
    """Celery beat."""
    env: EnvVars = []
    """Environment variables of all Django Pods (web, workers, beat, migration), for example EMAIL_HOST."""
    database: Database = Database()
    """PostgreSQL 15."""
    redis: Redis = Redis()
    """Redis 7."""
    backup: Backup = Backup()
    """The regular backup of the database."""
    restore: InitialRestore | None = None
    """The backup that a new deployment begins with; may stay here, since it happens once."""
    notifications: Notifications = Notifications()
    """Who is told about failures."""
    monitoring: Monitoring = Monitoring()
    """Metrics and alarms for Prometheus."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least level of the messages that Resee logs."""
    dev: Dev | None = None
    """Comforts of development; stage Local only."""
    credentials: Credentials = Credentials()
    """The passwords and keys that the operator has drawn."""
    upgrade: Upgrade = Upgrade()
    """How another version comes to run."""
    suspend: bool = False
    """Stops every Pod and the backups, and keeps the data."""
    deletion_policy: DeletionPolicy = DeletionPolicy.RETAIN
    """What happens to the data when this object is deleted. Retain: volumes and Secrets stay. Snapshot: a
    last verified backup is made first, then the volumes go; without it the deletion waits. Delete: they go
    too."""


class ObjectMeta(Model):
    """The parts of the metadata that the operator reads."""

    model_config = {"extra": "ignore"}

    name: Annotated[str, Field(min_length=1, max_length=35)]
    """Name; at most 35 characters, since the names of objects begin with it."""
    namespace: str = "default"
    """Namespace."""
    uid: str = ""
    """Identity, empty before the object exists."""
    generation: int = 0
    """Counts the changes of the spec."""
    annotations: dict[str, str] = {}
    """Annotations."""
    deletion_timestamp: str | None = None
    """When the deletion was asked for."""


class ReseeDeployment(Model):
    """A running Resee."""

    api_version: Literal["resee.io/v1alpha1"]
    """Group and version."""
    kind: Literal["ReseeDeployment"]
    """Kind."""
    metadata: ObjectMeta
    """Name and namespace."""
    spec: ReseeDeploymentSpec = ReseeDeploymentSpec()
    """What should run."""
    status: dict[str, JsonValue] | None = None
    """What runs, as the operator last wrote it."""
