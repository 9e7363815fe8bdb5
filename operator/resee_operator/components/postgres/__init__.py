"""PostgreSQL, whoever runs it: picks the provider's module. All of them lead to one Secret of one form."""

from __future__ import annotations

from collections.abc import Mapping

from resee_operator.api.data import DatabaseProvider
from resee_operator.components.base import Facts, Live, Manifest, Provider, Verdict
from resee_operator.components.postgres import cloud_native_pg, external, patroni, statefulset
from resee_operator.stages import Resolved

NAME = "postgres"
CONDITION: str | None = "DatabaseReady"

PROVIDERS: Mapping[DatabaseProvider, Provider] = {
    DatabaseProvider.STATEFUL_SET: statefulset,
    DatabaseProvider.PATRONI: patroni,
    DatabaseProvider.CLOUD_NATIVE_PG: cloud_native_pg,
    DatabaseProvider.EXTERNAL: external,
}


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """What the provider needs."""
    return PROVIDERS[resolved.database.provider].objects(resolved, facts)


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the database takes connections, as far as the provider can tell."""
    return PROVIDERS[resolved.database.provider].health(resolved, live)
