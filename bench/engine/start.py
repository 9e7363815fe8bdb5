"""A cold start on the whole fleet, its memory and processor time, and passes that find nothing to do."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE

from bench.engine import fleet
from bench.engine.fleet import NAMESPACE, SERVICE, each
from bench.engine.scene import Scene, stable
from resee_operator.kube.client import KubeClient
from tests.integration.operator_process import ROOT

_PASSES = "resee_operator_passes_total"


async def measure(scene: Scene, api: KubeClient) -> None:
    """The start of a second operator after the end of the first, and what others need for the same list."""
    with scene.progress.step("cold start"):
        await _cold_start(scene)
    with scene.progress.step("what of it is Kopf's"):
        await _others(scene)
    with scene.progress.step("passes without drift"):
        await _without_drift(scene, api)
    with scene.progress.step(f"idle for {scene.size.idle:.0f} s"):
        await _idle(scene)


async def _cold_start(scene: Scene) -> None:
    figures = scene.measured.figures
    scene.operator.stop()
    scene.operator = scene.replica("second")
    begin = time.perf_counter()
    scene.operator.start()
    figures["start.filled"] = time.perf_counter() - begin
    figures["start.filled.cpu"] = scene.cpu()
    scene.operator.lead()
    while scene.operator.metric(_PASSES) < scene.size.deployments:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)
    figures["start.seconds"] = time.perf_counter() - begin
    figures["start.cpu"] = scene.cpu()
    figures["start.calls"] = scene.operator.calls()
    figures["start.drift"] = scene.operator.metric(_PASSES) - scene.operator.metric(_PASSES, reason="InSync")
    figures["rss.started"] = scene.rss()


async def _others(scene: Scene) -> None:
    """The same objects, seen by Kopf alone: as it is used here, and if it watched the children as well."""
    size, children = scene.size.deployments, int(scene.measured.figures["children"])
    for way, objects in (
        ("resees", size),
        ("children", size * (children + 1)),
        ("plain", size * (children + 1)),
    ):
        command = ("-m", "bench.engine.kopf_only", str(scene.server.kubeconfig), NAMESPACE, str(objects), way)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env=scene.environment, stdout=PIPE
        )
        output, _ = await process.communicate()
        found = json.loads(output)
        scene.measured.figures |= {f"kopf.{way}.{name}": value for name, value in found.items()}


async def _without_drift(scene: Scene, api: KubeClient) -> None:
    """Somebody's annotation on a child brings a pass, which leaves it alone."""
    await scene.calm()
    before, passes = scene.operator.calls(), scene.operator.metric(_PASSES)
    change = {"metadata": {"annotations": {"example.com/seen": "yes"}}}
    names = [f"{fleet.named(number)}-web" for number in range(scene.size.touched)]
    await each(api.patch(SERVICE, NAMESPACE, name, change) for name in names)
    await stable(lambda: scene.operator.metric(_PASSES), 2.0)
    scene.measured.figures["nodrift.passes"] = scene.operator.metric(_PASSES) - passes
    scene.measured.figures["nodrift.calls"] = scene.operator.calls() - before


async def _idle(scene: Scene) -> None:
    before = scene.cpu()
    await asyncio.sleep(scene.size.idle)
    scene.measured.figures["idle.cpu"] = (scene.cpu() - before) / scene.size.idle * 100
    scene.measured.figures["rss.idle"] = scene.rss()
