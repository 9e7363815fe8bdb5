"""Becomes Patroni: with a shorter lease than it allows by itself, and after the shared settings are told."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from patroni import __main__ as patroni
from patroni.config import Config

from resee_patroni import rest

logger = logging.getLogger(__name__)

_PATIENCE = 2.0
"""Seconds for one member to answer; most are away at the first start of a cluster."""
_LEAST = {"loop_wait": 1, "retry_timeout": 3, "ttl": 8}
"""Seconds. Patroni's own least lease is 20, against stores that are slow for long; here failsafe_mode holds
the primary while the store is away, and 20 seconds would be more than the whole time that a zone's end may
cost."""


def run(folder: Path) -> None:
    """Never returns before Patroni does.

    Args:
        folder: holds patroni.json, the configuration, and shared.json, what all members share.
    """
    allow_short_lease()
    share(json.loads((folder / "shared.json").read_text()))
    sys.argv = ["patroni", str(folder / "patroni.json")]
    # Patroni logs by a handler of its own.
    logging.getLogger().handlers.clear()
    patroni.main()


def allow_short_lease() -> None:
    """Let Patroni take the lease as it is written."""
    Config._validate_and_adjust_timeouts = _check_lease


def _check_lease(_config: Config, settings: dict[str, Any]) -> None:
    """Patroni's own rules with another least value.

    Raises:
        ValueError: a primary could lose its lease before it knows.
    """
    for name, least in _LEAST.items():
        if int(settings.get(name, least)) < least:
            raise ValueError(f"{name}={settings[name]} is below {least}")
    loop, retry, lease = (int(settings.get(name, 0)) for name in ("loop_wait", "retry_timeout", "ttl"))
    if lease and loop + 2 * retry > lease:
        raise ValueError(f"loop_wait {loop} + 2 * retry_timeout {retry} is above ttl {lease}")


def share(settings: dict[str, Any]) -> bool:
    """Tell a running cluster the shared settings through any member; a new one is made with them.

    Returns whether a member took them.
    """
    for host in os.environ["CLUSTER_MEMBERS"].split(","):
        try:
            status, text = rest.call(host, "PATCH", "/config", settings, timeout=_PATIENCE)
        except OSError as error:
            logger.info("%s does not answer: %s", host, error)
            continue
        if status == 200:
            logger.info("%s took the shared settings", host)
            return True
        logger.warning("%s refused the shared settings: %s %s", host, status, text.strip())
    return False
