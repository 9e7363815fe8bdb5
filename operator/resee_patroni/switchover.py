"""Before the Pod ends: where it is the primary, the synchronous standby takes over first."""

from __future__ import annotations

import json
import logging
import os

from resee_patroni import rest

logger = logging.getLogger(__name__)

_PATIENCE = 60.0
"""Seconds in which Patroni answers once the standby has taken over."""


def leave(host: str = "127.0.0.1") -> str:
    """Hand over, and say in a sentence what came of it. It never fails: the Pod ends anyway."""
    try:
        said = _leave(host)
    except (OSError, ValueError) as error:
        said = f"Patroni does not answer: {error}"
    logger.info("%s", said)
    return said


def _leave(host: str) -> str:
    _, text = rest.call(host, "GET", "/patroni", timeout=_PATIENCE)
    if json.loads(text).get("role") != "primary":
        return "not the primary: nothing to hand over"
    request = {"leader": os.environ["PATRONI_NAME"]}
    status, text = rest.call(host, "POST", "/switchover", request, timeout=_PATIENCE)
    return f"switchover: {status} {text.strip()}"
