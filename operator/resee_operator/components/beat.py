"""Celery beat: sends the periodic tasks. Exactly one runs, and the old one ends before the new one starts."""

from __future__ import annotations

from typing import Final

from resee_operator.components import backend, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import Pod, exec_probe
from resee_operator.components.workloads import RECREATE, deployment
from resee_operator.stages import Resolved
from resee_operator.stages.sizes import Scale

NAME = "beat"
CONDITION: str | None = "WorkersReady"

_COMMAND: Final = ("python3", "-m", "celery", "-A", "config", "beat")
_GRACE: Final = 30


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The Deployment of one Pod."""
    alive = backend.program("beat_alive")
    container = backend.container(
        resolved,
        NAME,
        _COMMAND,
        probes={
            "startupProbe": exec_probe(*alive, periodSeconds=2, timeoutSeconds=5, failureThreshold=60),
            "livenessProbe": exec_probe(*alive, periodSeconds=30, timeoutSeconds=10, failureThreshold=3),
        },
    )
    pod = Pod(component=NAME, container=container, settings=resolved.beat, grace=_GRACE)
    return [deployment(resolved, facts, pod, Scale(replicas=1), RECREATE)]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether beat runs; the workers are not asked."""
    return verdicts.deployment(resolved, live, NAME)
