"""How soon an edit and a deletion are answered, alone and beside a deployment that fails for ever.

The yardsticks are taken in turn with the operator's samples: an edit, or a deletion and a creation, of a like
object by the bench's own client, from the call until its watch has seen it. The operator's way holds two of
these one after the other, the custom resource's and the child's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from bench.engine import fleet
from bench.engine.fleet import BARE, DEPLOYMENT, NAMESPACE, SERVICE
from bench.engine.scene import Scene
from bench.engine.seen import PATIENCE, Seen, watching
from resee_operator.kube.client import KubeClient
from resee_operator.kube.resources import RESEE, Manifest, Resource, name_of

Sample = Callable[[], Coroutine[Any, Any, float]]
_DEFAULT, _MOST = 2, 60
"""Threads of web: of a Local deployment, and in edits at most; the limit is 64."""
_PORT = {"service": {"type": "NodePort", "nodePort": 30999}}


class Latencies:
    """Takes the samples."""

    def __init__(self, scene: Scene, api: KubeClient, seen: Seen, bare: Seen) -> None:
        self._scene, self._api, self._seen, self._bare = scene, api, seen, bare
        self._edits = 0
        self._threads: dict[str, int] = {}

    async def take(self, name: str, sample: Sample, yardstick: Sample | None = None) -> None:
        """So many samples as the size says, each beside one of the yardstick."""
        series = self._scene.measured.series
        for _ in range(self._scene.size.samples):
            series.setdefault(name, []).append(await sample())
            if yardstick is not None:
                series.setdefault(f"{name}.bare", []).append(await yardstick())

    async def edit(self) -> float:
        """Another number of web's threads in a spec -> web's Deployment, the only child that it changes."""
        name = self._some()
        self._edits += 1
        self._threads[name] = self._threads.get(name, _DEFAULT) % _MOST + 1
        change = {"spec": {"web": {"concurrency": self._threads[name]}}}
        return await self._timed(
            self._seen,
            (DEPLOYMENT, f"{name}-web", "MODIFIED"),
            self._api.patch(RESEE, NAMESPACE, name, change),
        )

    async def edit_bare(self) -> float:
        """A number in a Deployment that nobody looks after."""
        name = f"{fleet.named(0)}-web"
        change = {"spec": {"minReadySeconds": self._edits % 250}}
        return await self._timed(
            self._bare, (DEPLOYMENT, name, "MODIFIED"), self._api.patch(DEPLOYMENT, BARE, name, change)
        )

    async def delete(self) -> float:
        """A Service goes -> it is there again."""
        name = f"{self._some()}-web"
        return await self._timed(
            self._seen, (SERVICE, name, "ADDED"), self._api.delete(SERVICE, NAMESPACE, name)
        )

    async def delete_bare(self, manifest: Manifest) -> float:
        """A Service is deleted and applied again by hand."""

        async def both() -> None:
            await self._api.delete(SERVICE, BARE, name_of(manifest))
            await self._api.apply(manifest)

        return await self._timed(self._bare, (SERVICE, name_of(manifest), "ADDED"), both())

    async def _timed(
        self, seen: Seen, event: tuple[Resource, str, str], call: Coroutine[Any, Any, Any]
    ) -> float:
        awaited = (event[0].kind, event[1], event[2])
        seen.at.pop(awaited, None)
        begin = time.perf_counter()
        await call
        if await seen.until(lambda: awaited in seen.at):
            return seen.at[awaited] - begin
        return PATIENCE

    def _some(self) -> str:
        return fleet.named(self._scene.random.randrange(self._scene.size.deployments))


async def measure(scene: Scene, api: KubeClient) -> None:
    """Edits, deletions, and edits while another deployment fails."""
    kinds = (DEPLOYMENT, SERVICE)
    service = next(
        child
        for child in await fleet.children(0, BARE)
        if (child["kind"], name_of(child)) == ("Service", "r0000-web")
    )
    async with watching(api, *kinds) as seen, watching(api, *kinds, namespace=BARE) as bare:
        latencies = Latencies(scene, api, seen, bare)
        with scene.progress.step("edits"):
            await latencies.take("edit", latencies.edit, latencies.edit_bare)
        with scene.progress.step("deletions"):
            await latencies.take("delete", latencies.delete, lambda: latencies.delete_bare(service))
        with scene.progress.step("edits beside a deployment that fails for ever"):
            await _beside_a_failing_one(scene, api, latencies)


async def _beside_a_failing_one(scene: Scene, api: KubeClient, latencies: Latencies) -> None:
    """Two deployments want the same port of the node: one of them is refused, again and again."""
    numbers = (scene.size.deployments, scene.size.deployments + 1)
    for number in numbers:
        await api.create(fleet.resee(number, nginx=_PORT))
    refused = "WriteRejected"
    while not scene.operator.metric("resee_operator_passes_total", reason=refused):
        await scene.calm(0.5)
    await latencies.take("edit.failing", latencies.edit, latencies.edit_bare)
    scene.measured.figures["failing.passes"] = scene.operator.metric(
        "resee_operator_passes_total", reason=refused
    )
    for number in numbers:
        await api.delete(RESEE, NAMESPACE, fleet.named(number))
