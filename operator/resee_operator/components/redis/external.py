"""Provider External: a server that somebody else runs, named by a Secret."""

from __future__ import annotations

from typing import Final

from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.verdicts import secret_holds
from resee_operator.stages import Resolved

KEYS: Final = ("uri", "cache-uri")
"""Keys that the Secret must have: for Celery and for the cache; port may be there too."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Nothing: the server is not ours."""
    return []


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the Secret is there and complete."""
    return secret_holds(live, resolved.redis.secret_name, KEYS, "spec.redis.external.secretName")
