"""Stands in for Kubernetes' controllers and kubelet: moves the status of workloads to 'all Pods run'."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from devcluster.apiserver import ApiServer
from resee_operator.kube.client import KubeClient
from resee_operator.kube.errors import ApiError
from resee_operator.kube.resources import KINDS, Manifest, name_of
from tests.integration.cluster import connected

Move = Callable[[Manifest], dict[str, Any] | None]


def _deployment(found: Manifest) -> dict[str, Any]:
    wanted = found["spec"].get("replicas", 1)
    counts = dict.fromkeys(("replicas", "readyReplicas", "updatedReplicas", "availableReplicas"), wanted)
    return {"observedGeneration": found["metadata"]["generation"], **counts}


def _stateful_set(found: Manifest) -> dict[str, Any]:
    wanted = found["spec"].get("replicas", 1)
    counts = dict.fromkeys(
        ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas", "currentReplicas"), wanted
    )
    revisions = {"currentRevision": "r1", "updateRevision": "r1"}
    return {"observedGeneration": found["metadata"]["generation"], **counts, **revisions}


def _job(found: Manifest) -> dict[str, Any]:
    moment = "2026-01-01T00:00:00Z"
    conditions = [
        {"type": kind, "status": "True", "lastProbeTime": moment, "lastTransitionTime": moment}
        for kind in ("SuccessCriteriaMet", "Complete")
    ]
    times = {"startTime": moment, "completionTime": moment}
    return {"succeeded": 1, "conditions": conditions, "uncountedTerminatedPods": {}, **times}


MOVES: dict[str, Move] = {"Deployment": _deployment, "StatefulSet": _stateful_set, "Job": _job}


class Controllers:
    """Moves the workloads of one namespace for as long as the context lasts.

    Args:
        frozen: names whose status stays as it is.
        more: kinds beside the workloads.
    """

    def __init__(
        self,
        server: ApiServer,
        namespace: str,
        frozen: tuple[str, ...] = (),
        more: Mapping[str, Move] | None = None,
    ) -> None:
        self.frozen = set(frozen)
        self._moves = {**MOVES, **(more or {})}
        self._server = server
        self._namespace = namespace
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="controllers")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    async def _run(self) -> None:
        async with connected(self._server) as client:
            while not self._stop.is_set():
                # A server that a test has taken down comes back.
                with contextlib.suppress(ApiError):
                    for kind in self._moves:
                        await self._move(client, kind)
                await asyncio.to_thread(self._stop.wait, 0.1)

    async def _move(self, client: KubeClient, kind: str) -> None:
        async for page in client.list(KINDS[kind], self._namespace):
            for found in page.items:
                status, name = self._moves[kind](found), name_of(found)
                held = found.get("status") or {}
                if name in self.frozen or status is None or held.items() >= status.items():
                    continue
                if kind == "Job" and held.get("conditions"):
                    continue
                await client.patch(
                    KINDS[kind], self._namespace, name, {"status": status}, subresource="status"
                )
