"""The operator's own settings, from RESEE_ environment variables. The chart's values feed them."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resee_operator import errors
from resee_operator.stages import Defaults

_NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


@dataclass(frozen=True)
class Settings:
    """What is the same for all deployments of one operator. Each comment says meaning, unit, default and
    reason."""

    namespaces: tuple[str, ...] = ()
    """RESEE_NAMESPACES: namespaces looked after, with commas between; empty (the default) means all."""
    registry: str = "ghcr.io/resee-io"
    """RESEE_REGISTRY: registry and folder of Resee's images where a spec names none."""
    default_version: str = "0.1.0"
    """RESEE_DEFAULT_VERSION: version of Resee where a spec names none; the one released with this
    operator."""
    postgres_image: str = "postgres:15"
    """RESEE_POSTGRES_IMAGE: PostgreSQL where a spec names none; the official image."""
    postgres_ha_image: str = "ghcr.io/resee-io/resee-postgres-ha:0.1.0"
    """RESEE_POSTGRES_HA_IMAGE: PostgreSQL with Patroni where a spec names none. It has its own version, so
    that a new version of Resee restarts no database."""
    redis_image: str = "redis:7"
    """RESEE_REDIS_IMAGE: Redis where a spec names none; the official image."""
    pgbouncer_image: str = "ghcr.io/resee-io/resee-pgbouncer:0.1.0"
    """RESEE_PGBOUNCER_IMAGE: PgBouncer where a spec names none. It has its own version, so that a new version
    of Resee restarts none."""
    lease_name: str = "resee-operator"
    """RESEE_LEASE_NAME: Lease that the replicas of one operator share."""
    lease_namespace: str = "default"
    """RESEE_LEASE_NAMESPACE: where the Lease lies; the Pod's own namespace where it runs in one."""
    identity: str = "resee-operator"
    """RESEE_IDENTITY: name of this replica in the Lease; host name and a random part, so that no two are the
    same."""
    log_level: str = "INFO"
    """RESEE_LOG_LEVEL: least level of the messages that are logged."""
    metrics_port: int = 8080
    """RESEE_METRICS_PORT: TCP port of /metrics, /healthz and /readyz; 0 takes any free one."""
    workers: int = 12
    """RESEE_WORKERS: passes at the same time. A pass that writes waits for the API server most of its time;
    with 12, the 8 calls in flight are always in use."""
    calls_in_flight: int = 8
    """RESEE_CALLS_IN_FLIGHT: calls to the API server at the same time. Measured: with 32 no more a second get
    through, and the slowest take five times as long."""
    resync_seconds: float = 1800.0
    """RESEE_RESYNC_SECONDS: time between two looks for what a watch has missed, jitter of a half. 1,800
    keeps an operator of 1,000 deployments under 1 % of a core."""
    watch_silence: float = 70.0
    """RESEE_WATCH_SILENCE: seconds without a word from the server after which a watch counts as dead and is
    opened anew. 70: bookmarks come once a minute; with less, watches of quiet kinds are opened anew for
    nothing."""
    kubeconfig: str | None = None
    """RESEE_KUBECONFIG: file to connect by; where not set, the Pod's own account, else $KUBECONFIG."""

    @property
    def defaults(self) -> Defaults:
        """What the stages fill in from here."""
        return Defaults(
            registry=self.registry,
            version=self.default_version,
            postgres_image=self.postgres_image,
            redis_image=self.redis_image,
            operator_namespace=self.lease_namespace,
            postgres_ha_image=self.postgres_ha_image,
            pgbouncer_image=self.pgbouncer_image,
        )


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of the environment.

    Raises:
        errors.UserError: a number is not one.
    """
    given = os.environ if environment is None else environment
    texts = {
        name: given[f"RESEE_{name.upper()}"]
        for name in Settings.__dataclass_fields__
        if given.get(f"RESEE_{name.upper()}")
    }
    values: dict[str, object] = {**texts}
    if "namespaces" in texts:
        values["namespaces"] = tuple(name.strip() for name in texts["namespaces"].split(",") if name.strip())
    for name, kind in (
        ("metrics_port", int),
        ("workers", int),
        ("calls_in_flight", int),
        ("resync_seconds", float),
        ("watch_silence", float),
    ):
        if name in texts:
            values[name] = _number(name, texts[name], kind)
    values.setdefault("lease_namespace", _own_namespace())
    values.setdefault("identity", f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}")
    return Settings(**values)  # type: ignore[arg-type]


def _number(name: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        return kind(text)
    except ValueError:
        raise errors.UserError(
            f"{text!r} is not a number", field=f"RESEE_{name.upper()}", remedy="set a number or leave it out"
        ) from None


def _own_namespace() -> str:
    return _NAMESPACE_FILE.read_text().strip() if _NAMESPACE_FILE.exists() else "default"
