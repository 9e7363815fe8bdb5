"""From the spec to a deployment with nothing left open: what the user wrote, else the stage's default."""

from __future__ import annotations

from dataclasses import dataclass, replace

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.api.data import Redis as RedisSpec
from resee_operator.api.deployment import ReseeDeploymentSpec, Stage
from resee_operator.stages import backups, checks, pods
from resee_operator.stages.defaults import STAGES, StageDefaults
from resee_operator.stages.resolved import (
    Database,
    Images,
    Ingress,
    Monitoring,
    Nginx,
    Pooler,
    Redis,
    Resolved,
    SecretKeyRef,
    Upgrade,
    Web,
    Worker,
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the operator's own settings fill in.

    Args:
        registry: host and folder of Resee's images, such as ghcr.io/resee-io.
        version: tag of Resee's images for a deployment that is seen for the first time.
        postgres_image: full reference of PostgreSQL 15.
        redis_image: full reference of Redis 7.
        operator_namespace: where the operator runs, from which it reads metrics of Pods that it scales.
        postgres_ha_image: full reference of PostgreSQL 15 with Patroni.
        cloud_native_pg_image: full reference of PostgreSQL 15 as CloudNativePG needs it.
        pgbouncer_image: full reference of PgBouncer.
    """

    registry: str
    version: str
    postgres_image: str
    redis_image: str
    operator_namespace: str = "resee-system"
    postgres_ha_image: str = "ghcr.io/resee-io/resee-postgres-ha:0.1.0"
    cloud_native_pg_image: str = "ghcr.io/cloudnative-pg/postgresql:15"
    pgbouncer_image: str = "ghcr.io/resee-io/resee-pgbouncer:0.1.0"


def resolve(
    name: str,
    namespace: str,
    uid: str,
    spec: ReseeDeploymentSpec,
    defaults: Defaults,
    pinned_version: str | None = None,
) -> Resolved:
    """Fill in everything that the spec leaves open.

    Args:
        name: name of the ReseeDeployment.
        namespace: its namespace.
        uid: its identity, which its children's owner references carry.
        spec: what the user wrote.
        defaults: the operator's own settings.
        pinned_version: the version of the status, which stands where the spec names none.

    Raises:
        InvalidSpec: a value cannot work.
        NotSupported: a provider that this version of the operator does not have.
    """
    checks.check(spec)
    stage = STAGES[spec.stage]
    version = spec.version or pinned_version or defaults.version
    backup = backups.resolve(spec.backup, stage)
    host = spec.host or _own_host(name, namespace, spec.stage)
    return Resolved(
        name=name,
        namespace=namespace,
        uid=uid,
        stage=spec.stage,
        version=version,
        images=_images(spec, version, defaults),
        host=host,
        url=spec.url or f"{'https' if _encrypted(spec) else 'http'}://{host}",
        ingress=_ingress(name, spec),
        nginx=_nginx(spec, stage),
        web=_web(spec, stage),
        workers=_workers(spec, stage),
        beat=pods.settings(spec.beat, stage.resources["beat"]),
        migration=pods.placed_like(spec.web, stage.resources["migration"]),
        database=_database(name, spec, stage),
        redis=_redis(name, spec.redis, stage),
        backup=backup,
        restore=backups.restore(spec.restore, backup.destination, namespace, name) if spec.restore else None,
        env=pods.variables(spec.env),
        slack=_slack(spec),
        monitoring=Monitoring(spec.monitoring.enabled, spec.monitoring.namespace, spec.monitoring.labels),
        operator_namespace=defaults.operator_namespace,
        log_level=spec.log_level,
        debug=bool(spec.dev and spec.dev.debug),
        live_update=bool(spec.dev and spec.dev.live_update),
        spread_zones=stage.spread_zones,
        upgrade=Upgrade(spec.upgrade.backup or stage.upgrade_backup, spec.upgrade.timeout_seconds),
        rotate=spec.credentials.rotate,
        keep_old_key=spec.credentials.keep_old_key_seconds,
        suspended=spec.suspend,
        deletion_policy=spec.deletion_policy,
    )


def _own_host(name: str, namespace: str, stage: Stage) -> str:
    """Where no host is set: this machine in stage Local, else the name of nginx's Service."""
    return "localhost" if stage == Stage.LOCAL else f"{name}-nginx.{namespace}.svc"


def _encrypted(spec: ReseeDeploymentSpec) -> bool:
    tls = spec.tls
    return tls is not None and (tls.upstream or tls.secret_name is not None or tls.issuer is not None)


def _images(spec: ReseeDeploymentSpec, version: str, defaults: Defaults) -> Images:
    images = spec.images
    registry = images.registry or defaults.registry
    provider = spec.database.provider or STAGES[spec.stage].database_provider
    return Images(
        backend=images.backend or f"{registry}/resee-backend:{version}",
        nginx=images.nginx or f"{registry}/resee-nginx:{version}",
        backup=images.backup or f"{registry}/resee-backup:{version}",
        postgres=images.postgres or _postgres_image(provider, defaults),
        # CloudNativePG's images have no entry point of their own.
        drill=defaults.postgres_image
        if provider == DatabaseProvider.CLOUD_NATIVE_PG
        else images.postgres or _postgres_image(provider, defaults),
        redis=images.redis or defaults.redis_image,
        pgbouncer=images.pgbouncer or defaults.pgbouncer_image,
        pull_policy=images.pull_policy,
        pull_secrets=tuple(images.pull_secrets),
    )


def _postgres_image(provider: DatabaseProvider, defaults: Defaults) -> str:
    images = {
        DatabaseProvider.PATRONI: defaults.postgres_ha_image,
        DatabaseProvider.CLOUD_NATIVE_PG: defaults.cloud_native_pg_image,
    }
    return images.get(provider, defaults.postgres_image)


def _ingress(name: str, spec: ReseeDeploymentSpec) -> Ingress:
    wanted, tls = spec.ingress.enabled, spec.tls
    issuer = tls.issuer if tls else None
    return Ingress(
        enabled=(spec.host is not None and spec.stage != Stage.LOCAL) if wanted is None else wanted,
        class_name=spec.ingress.class_name,
        annotations=spec.ingress.annotations,
        external_dns=spec.ingress.external_dns,
        cloudflare=spec.ingress.cloudflare,
        tls_secret=(tls.secret_name if tls else None) or (f"{name}-ingress-tls" if issuer else None),
        encrypted=_encrypted(spec),
        issuer=(str(issuer.kind), issuer.name) if issuer else None,
        trusted_proxies=tuple(spec.ingress.trusted_proxies),
    )


def _nginx(spec: ReseeDeploymentSpec, stage: StageDefaults) -> Nginx:
    return Nginx(
        pods=pods.settings(spec.nginx, stage.resources["nginx"]),
        scale=pods.scale(spec.nginx, stage.nginx),
        service_type=spec.nginx.service.type,
        node_port=spec.nginx.service.node_port,
        service_annotations=spec.nginx.service.annotations,
    )


def _web(spec: ReseeDeploymentSpec, stage: StageDefaults) -> Web:
    return Web(
        pods=pods.settings(spec.web, stage.resources["web"]),
        scale=pods.scale(spec.web, stage.web),
        concurrency=spec.web.concurrency or stage.web_concurrency,
        threads=stage.web_threads,
    )


def _workers(spec: ReseeDeploymentSpec, stage: StageDefaults) -> tuple[Worker, ...]:
    resources = stage.resources["worker"]
    if spec.workers is None:
        return tuple(
            Worker(group.name, group.queues, pods.plain(resources), group.scale, group.concurrency)
            for group in stage.workers
        )
    return tuple(
        Worker(
            name=worker.name,
            queues=tuple(worker.queues),
            pods=pods.settings(worker, resources),
            scale=pods.scale(worker, stage.workers[0].scale),
            concurrency=worker.concurrency or stage.worker_concurrency,
        )
        for worker in sorted(spec.workers, key=lambda worker: worker.name)
    )


def _database(name: str, whole: ReseeDeploymentSpec, stage: StageDefaults) -> Database:
    spec = whole.database
    provider = spec.provider or stage.database_provider
    wanted = stage.database_tls if spec.tls is None else spec.tls
    # CloudNativePG's servers always encrypt.
    theirs = provider == DatabaseProvider.CLOUD_NATIVE_PG
    own = f"{name}-pg-app" if theirs else f"{name}-database"
    return Database(
        provider=provider,
        secret_name=spec.external.secret_name if spec.external else own,
        pods=pods.settings(spec, stage.resources["database"]),
        volume=pods.volume(spec.storage, stage.database_volume),
        parameters={**stage.database_parameters, **spec.parameters},
        tls=theirs or (wanted and provider != DatabaseProvider.EXTERNAL),
        tls_required=spec.tls is True,
        pooler=_pooler(whole, stage),
    )


def _pooler(whole: ReseeDeploymentSpec, stage: StageDefaults) -> Pooler:
    """It runs where its clients run."""
    spec = whole.database.pooler
    placed = pods.placed_like(whole.web, stage.resources["pooler"])
    return Pooler(
        instances=spec.instances or (2 if stage.spread_zones else 1),
        mode=spec.pool_mode,
        pods=replace(placed, env=(), service_account_annotations=None),
        exists=spec.enabled,
        used=spec.enabled,
    )


def _redis(name: str, spec: RedisSpec, stage: StageDefaults) -> Redis:
    provider = spec.provider or stage.redis_provider
    wanted = stage.redis_tls if spec.tls is None else spec.tls
    return Redis(
        provider=provider,
        secret_name=spec.external.secret_name if spec.external else f"{name}-redis",
        pods=pods.settings(spec, stage.resources["redis"]),
        volume=pods.volume(spec.storage, stage.redis_volume),
        tls=wanted and provider != RedisProvider.EXTERNAL,
        tls_required=spec.tls is True,
    )


def _slack(spec: ReseeDeploymentSpec) -> SecretKeyRef | None:
    slack = spec.notifications.slack
    return SecretKeyRef(slack.secret_name, slack.key) if slack else None
