"""The ConfigMap with the environment of the Django Pods that is no secret."""

from __future__ import annotations

from resee_operator.components import backend, meta
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.verdicts import existing
from resee_operator.stages import Resolved

NAME = "config"
CONDITION: str | None = None


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The ConfigMap."""
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": meta.metadata(resolved, resolved.config_map, NAME),
            "data": backend.config(resolved),
        }
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the ConfigMap exists."""
    return existing(live, [("ConfigMap", resolved.config_map)])
