"""A ServiceAccount for each component, without a token: only Patroni's Pods talk to the Kubernetes API, and
they ask for theirs themselves."""

from __future__ import annotations

from collections.abc import Iterator

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.components import meta
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.verdicts import existing
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import PodSettings

NAME = "identity"
CONDITION: str | None = None


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The ServiceAccounts; their annotations may tie them to a role of a cloud account."""
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": meta.metadata(
                resolved,
                resolved.child(name),
                NAME,
                annotations=annotations,
            ),
            "automountServiceAccountToken": False,
        }
        for name, annotations in _users(resolved)
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether they exist."""
    return existing(live, [("ServiceAccount", resolved.child(name)) for name, _ in _users(resolved)])


def _users(resolved: Resolved) -> Iterator[tuple[str, dict[str, str]]]:
    """Components and the annotations of their ServiceAccounts; all groups of workers share one."""
    yield "nginx", _annotations(resolved.nginx.pods)
    yield "web", _annotations(resolved.web.pods)
    yield (
        "worker",
        {key: text for group in resolved.workers for key, text in _annotations(group.pods).items()},
    )
    yield "beat", _annotations(resolved.beat)
    yield "migration", _annotations(resolved.migration)
    if resolved.database.provider in (DatabaseProvider.STATEFUL_SET, DatabaseProvider.PATRONI):
        yield "postgres", _annotations(resolved.database.pods)
    if resolved.pooler:
        yield "pooler", _annotations(resolved.pooler.pods)
    if resolved.redis.provider != RedisProvider.EXTERNAL:
        yield "redis", _annotations(resolved.redis.pods)
    if resolved.redis.provider == RedisProvider.SENTINEL:
        yield "sentinel", _annotations(resolved.redis.pods)
    yield "backup", _annotations(resolved.backup.pods)


def _annotations(settings: PodSettings) -> dict[str, str]:
    return dict(settings.service_account_annotations or {})
