"""The reconcile engine, measured on a real API server beside what it is compared with."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from bench.engine import creation, latency, rolling, start
from bench.engine.fleet import client
from bench.engine.scene import Measured, Scene, Size
from devcluster.progress import Progress

_PATIENCE = "5"
"""Factor of the waits that the bench shares with the tests: a large fleet takes its time to be listed."""


def measure(size: Size, progress: Progress, real: bool = False) -> Measured:
    """Everything, in the order in which the fleet grows, on servers of its own; `real`: with kwok's Pods."""
    os.environ.setdefault("RESEE_WAIT_MULTIPLIER", _PATIENCE)
    folder = Path(tempfile.mkdtemp(prefix="resee-bench-"))
    try:
        with Scene(folder, size, progress, real) as scene:
            asyncio.run(_run(scene))
            return scene.measured
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(scene: Scene) -> None:
    async with client(scene.server.kubeconfig) as api:
        for part in (creation, start, latency, rolling):
            await part.measure(scene, api)
