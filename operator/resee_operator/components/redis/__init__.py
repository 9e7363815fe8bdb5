"""Redis, whoever runs it: picks the provider's module. All of them lead to one Secret of one form."""

from __future__ import annotations

from collections.abc import Mapping

from resee_operator.api.data import RedisProvider
from resee_operator.components.base import Facts, Live, Manifest, Provider, Verdict
from resee_operator.components.redis import external, sentinel, statefulset
from resee_operator.stages import Resolved

NAME = "redis"
CONDITION: str | None = "RedisReady"

PROVIDERS: Mapping[RedisProvider, Provider] = {
    RedisProvider.STATEFUL_SET: statefulset,
    RedisProvider.SENTINEL: sentinel,
    RedisProvider.EXTERNAL: external,
}


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """What the provider needs."""
    return PROVIDERS[resolved.redis.provider].objects(resolved, facts)


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether Redis answers, as far as the provider can tell."""
    return PROVIDERS[resolved.redis.provider].health(resolved, live)
