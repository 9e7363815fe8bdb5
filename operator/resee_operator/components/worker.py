"""Celery workers: one Deployment for each group of queues."""

from __future__ import annotations

from typing import Final

from resee_operator.components import backend, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import Pod, exec_probe
from resee_operator.components.topology import worker_label
from resee_operator.components.workloads import deployment, scaling
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import Worker

NAME = "worker"
CONDITION: str | None = "WorkersReady"

_GRACE: Final = backend.LONGEST_TASK + 30
"""Time to end, in seconds: the longest task may finish, and then the process has half a minute."""

_ALONE: Final = ("--without-mingle", "--without-gossip")
"""Workers need nothing of each other: without these each waits for the others' answers at its start, and all
send each other events through Redis."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """For each group a Deployment and what scales and protects it."""
    return [
        manifest
        for worker in resolved.workers
        for manifest in (
            deployment(resolved, facts, _pod(resolved, worker), worker.scale),
            *scaling(resolved, worker_label(worker.name), worker.scale, worker.queues),
        )
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the newest Pods of every group consume their queues."""
    groups = [verdicts.deployment(resolved, live, worker_label(worker.name)) for worker in resolved.workers]
    return verdicts.worst(groups, "all groups of workers are ready")


def _pod(resolved: Resolved, worker: Worker) -> Pod:
    queues, concurrency = ",".join(worker.queues), str(worker.concurrency)
    command = ("python3", "-m", "celery", "-A", "config", "worker")
    options = ("-Q", queues, "-c", concurrency, "-n", f"{worker.name}@%h")
    container = backend.container(
        resolved, NAME, (*command, *options, *_ALONE), pooled=True, probes=_probes()
    )
    return Pod(
        component=worker_label(worker.name),
        container=container,
        settings=worker.pods,
        grace=_GRACE,
        service_account=NAME,
        spread=True,
    )


def _probes() -> dict[str, Manifest]:
    """Liveness stays good while the broker is away: a restart would not bring it back."""
    alive, ready = backend.program("worker_alive"), backend.program("worker_ready")
    return {
        "startupProbe": exec_probe(*alive, periodSeconds=2, timeoutSeconds=5, failureThreshold=60),
        "readinessProbe": exec_probe(*ready, periodSeconds=5, timeoutSeconds=5, failureThreshold=3),
        "livenessProbe": exec_probe(*alive, periodSeconds=30, timeoutSeconds=10, failureThreshold=3),
    }
