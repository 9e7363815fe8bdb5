"""Every deployment of the fleet is edited at once, and some that had no part in it in the middle."""

from __future__ import annotations

import asyncio
import time

from bench.engine import fleet
from bench.engine.fleet import BARE, DEPLOYMENT, NAMESPACE, each
from bench.engine.scene import Scene
from bench.engine.seen import PATIENCE, Seen, watching
from resee_operator.kube.client import KubeClient
from resee_operator.kube.resources import KINDS, RESEE, name_of

_APART = 5
"""Deployments that are left out of the edit of the fleet, and edited one by one in its middle."""
_SPEC = {"logLevel": "WARNING"}
_HOUR = 3600.0


async def measure(scene: Scene, api: KubeClient) -> None:
    """The bare loop of the same changes, then the fleet."""
    await scene.calm()
    with scene.progress.step("bare loop of the fleet's changes"):
        await _bare_loop(scene, api)
    async with watching(api, DEPLOYMENT, KINDS["ConfigMap"]) as seen:
        with scene.progress.step("the whole fleet is edited"):
            await _fleet(scene, api, seen)


async def _bare_loop(scene: Scene, api: KubeClient) -> None:
    numbers = range(scene.size.batch)
    changed = [child for number in numbers for child in await fleet.changed_children(number, BARE, **_SPEC)]
    begin = time.perf_counter()
    await each(api.apply(child) for child in changed)
    scene.measured.figures["bare.changes.rate"] = len(changed) / (time.perf_counter() - begin)


async def _fleet(scene: Scene, api: KubeClient, seen: Seen) -> None:
    figures, size = scene.measured.figures, scene.size
    numbers = range(_APART, size.deployments)
    awaited = [
        (
            str(child["kind"]),
            f"{fleet.named(number)}{name_of(child).removeprefix(fleet.named(0))}",
            "MODIFIED",
        )
        for child in await fleet.changed_children(0, NAMESPACE, **_SPEC)
        for number in numbers
    ]
    before, begin = scene.writes(), time.perf_counter()
    seen.times.clear()
    apart = asyncio.create_task(_edit_apart(scene, api, seen))
    await each(api.patch(RESEE, NAMESPACE, fleet.named(number), {"spec": _SPEC}) for number in numbers)
    figures["fleet.edits"] = time.perf_counter() - begin
    if not await seen.until(lambda: all(event in seen.at for event in awaited), _HOUR):
        raise RuntimeError("the fleet's children were not all written within an hour")
    figures["fleet.seconds"] = max(seen.at[event] for event in awaited) - begin
    figures["fleet.writes"] = scene.writes() - before
    figures["fleet.children"] = len(awaited)
    scene.measured.series["apart"] = await apart
    scene.measured.series["fleet"] = [at - begin for at in seen.times]
    await scene.calm()


async def _edit_apart(scene: Scene, api: KubeClient, seen: Seen) -> list[float]:
    """Seconds of one edit after the other, begun when the fleet's first children are written."""
    await seen.until(lambda: len(seen.times) > scene.size.deployments // 10)
    taken = []
    for number in range(_APART):
        event = ("Deployment", f"{fleet.named(number)}-web", "MODIFIED")
        begin = time.perf_counter()
        await api.patch(RESEE, NAMESPACE, fleet.named(number), {"spec": {"web": {"concurrency": 64}}})
        in_time = await seen.until(lambda event=event: event in seen.at)  # type: ignore[misc]
        taken.append(seen.at[event] - begin if in_time else PATIENCE)
        await asyncio.sleep(0.3)
    return taken
