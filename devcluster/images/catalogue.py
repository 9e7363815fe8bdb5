"""What the images are: one row for each, saying where its Dockerfile lies and what is staged for it.

Names are those that the operator's defaults and the chart use. The data images are stand-ins for the official
postgres:15 and redis:7, built only where no registry can be reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devcluster.images.context import Context, Tree
from devcluster.images.staging import Report, Staging

REGISTRY = "resee.local"
OPERATOR = "resee-operator"
POSTGRES = "resee-postgres"
POSTGRES_HA = "resee-postgres-ha"
PGBOUNCER = "resee-pgbouncer"
REDIS = "resee-redis"


# The operator speaks raw JSON. Half of its packages would be generated classes for the objects of Kubernetes
# and for calls of them, which nothing imports and which take long to compile.
_UNUSED_BY_OPERATOR = (
    "kubernetes/client/api",
    "kubernetes/client/models/[!_]*",
    "kubernetes/aio/client/api",
    "kubernetes/aio/client/models/[!_]*",
)


@dataclass(frozen=True)
class Image:
    """One image: ``trees`` stages what its Dockerfile copies; ``kind`` groups what is versioned together."""

    name: str
    dockerfile: str
    trees: Callable[[Staging, Report], tuple[Tree, ...]]
    kind: str = "app"

    def context(self, staging: Staging, report: Report) -> Context:
        """Stage everything that the image needs and return its build context."""
        return Context(staging.repository / self.dockerfile, self.trees(staging, report))


def _operator(staging: Staging, report: Report) -> tuple[Tree, ...]:
    source = staging.repository / "operator" / "resee_operator"
    return (staging.site_packages("operator", report, _UNUSED_BY_OPERATOR), Tree(source, "resee_operator"))


def _backend(staging: Staging, report: Report) -> tuple[Tree, ...]:
    source = staging.repository / "app" / "backend"
    return (staging.site_packages("backend", report), Tree(source, "backend"))


def _nginx(staging: Staging, report: Report) -> tuple[Tree, ...]:
    templates = staging.repository / "app" / "frontend" / "nginx"
    return (staging.react_build(report), staging.django_static(report), Tree(templates, "nginx"))


def _backup(staging: Staging, report: Report) -> tuple[Tree, ...]:
    source = staging.repository / "operator" / "resee_backup"
    return (staging.site_packages("backup", report), Tree(source, "resee_backup"))


def _patroni(staging: Staging, report: Report) -> tuple[Tree, ...]:
    source = staging.repository / "operator" / "resee_patroni"
    return (staging.site_packages("patroni", report), Tree(source, "resee_patroni"))


def _nothing(_staging: Staging, _report: Report) -> tuple[Tree, ...]:
    """The image is made of the base's packages alone."""
    return ()


def _entrypoint(folder: str) -> Callable[[Staging, Report], tuple[Tree, ...]]:
    def trees(staging: Staging, _report: Report) -> tuple[Tree, ...]:
        script = "docker-entrypoint.sh"
        return (Tree(staging.repository / "images" / folder / script, script),)

    return trees


IMAGES: tuple[Image, ...] = (
    Image(OPERATOR, "operator/Dockerfile", _operator, kind="operator"),
    Image("resee-backend", "app/backend/Dockerfile", _backend),
    Image("resee-nginx", "app/frontend/Dockerfile", _nginx),
    Image("resee-backup", "images/backup/Dockerfile", _backup),
    Image(POSTGRES_HA, "images/postgres-ha/Dockerfile", _patroni, kind="data"),
    Image(PGBOUNCER, "images/pgbouncer/Dockerfile", _nothing, kind="pooler"),
    Image(POSTGRES, "images/postgres/Dockerfile", _entrypoint("postgres"), kind="stand-in"),
    Image(REDIS, "images/redis/Dockerfile", _entrypoint("redis"), kind="stand-in"),
)
