"""Creating deployments, beside a bare loop of server-side applies and `kubectl apply` of the same."""

from __future__ import annotations

import asyncio
import json
import time
from asyncio.subprocess import DEVNULL

from bench.engine import fleet
from bench.engine.fleet import BARE, BY_KUBECTL, DEPLOYMENT, each
from bench.engine.scene import CALM, Scene
from bench.engine.seen import Seen, watching
from resee_operator.kube.client import KubeClient

_BEAT = "app.kubernetes.io/component=beat"
"""Beat comes last in a deployment: the gates let it run once everything else does."""
_HOURS = 3600.0


async def measure(scene: Scene, api: KubeClient) -> None:
    """The yardsticks, then the first batch, then the rest of the fleet."""
    size, figures = scene.size, scene.measured.figures
    with scene.progress.step(f"bare loop, {size.batch} deployments"):
        await _bare_loop(scene, api)
    with scene.progress.step(f"kubectl apply, {size.by_kubectl} deployments"):
        await _kubectl_apply(scene)
    scene.operator.start().lead()
    figures["rss.empty"] = scene.rss()
    async with watching(api, DEPLOYMENT, selector=_BEAT) as seen:
        with scene.progress.step(f"operator, {size.batch} deployments"):
            begin = time.perf_counter()
            figures["operator.seconds"] = await _create(api, seen, 0, size.batch)
        figures["operator.writes"] = await scene.calm()
        # Until the last write, of a status.
        figures["operator.settled"] = time.perf_counter() - begin - CALM
        with scene.progress.step(f"operator, {size.deployments - size.batch} deployments more"):
            figures["grow.seconds"] = await _create(api, seen, size.batch, size.deployments)
    with scene.progress.step("until all is told"):
        await scene.calm()


async def _bare_loop(scene: Scene, api: KubeClient) -> None:
    manifests = [m for number in range(scene.size.batch) for m in await fleet.children(number, BARE)]
    begin = time.perf_counter()
    await each(api.apply(manifest) for manifest in manifests)
    seconds = time.perf_counter() - begin
    scene.measured.figures |= {
        "children": len(manifests) // scene.size.batch,
        "bare.seconds": seconds,
        "bare.rate": len(manifests) / seconds,
    }


async def _kubectl_apply(scene: Scene) -> None:
    numbers = range(scene.size.by_kubectl)
    items = [item for number in numbers for item in await fleet.children(number, BY_KUBECTL)]
    file = scene.folder / "all.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    command = [str(scene.server.kubectl), f"--kubeconfig={scene.server.kubeconfig}", "apply", "-f", str(file)]
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL)
    if await process.wait() != 0:
        raise RuntimeError(f"kubectl apply ended with {process.returncode}; its error stands above")
    scene.measured.figures["kubectl.seconds"] = time.perf_counter() - begin


async def _create(api: KubeClient, seen: Seen, first: int, end: int) -> float:
    """Seconds from the first custom resource's creation until the last one's last child is written."""
    begin = time.perf_counter()
    await each(api.create(fleet.resee(number)) for number in range(first, end))
    beats = [("Deployment", f"{fleet.named(number)}-beat", "ADDED") for number in range(first, end)]
    await seen.until(lambda: all(beat in seen.at for beat in beats), _HOURS)
    return max((seen.at[beat] for beat in beats), default=begin) - begin
