"""What a watch of the bench's own saw, and when: whether a child is written, without asking the operator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bench.engine.fleet import NAMESPACE
from resee_operator.kube.api import WatchEvent
from resee_operator.kube.client import KubeClient
from resee_operator.kube.resources import Resource, name_of

PATIENCE = 60.0
"""Seconds after which a change that was not seen counts as lost; it is reported as one that took so long."""


class Seen:
    """Times of events by kind, name and type, the last of each; `changed` with its generation's first."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, str, str], float] = {}
        self.times: list[float] = []
        self._generations: dict[tuple[str, str], int] = {}
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Wait until a condition over what was seen holds; tells whether it did in time."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def note(self, resource: Resource, event: WatchEvent) -> None:
        """Take in an event; one that leaves the generation as it was is a status and nobody's edit."""
        metadata, now = event.object["metadata"], time.perf_counter()
        name = (resource.kind, name_of(event.object))
        generation = int(metadata.get("generation", 0))
        if event.type == "MODIFIED" and generation and self._generations.get(name) == generation:
            return
        self._generations[name] = generation
        self.at[(*name, event.type)] = now
        self.times.append(now)
        self._changed.set()


@asynccontextmanager
async def watching(
    api: KubeClient, *resources: Resource, namespace: str = NAMESPACE, selector: str = ""
) -> AsyncIterator[Seen]:
    """Watch kinds for as long as the context lasts; begins when what exists has been listed."""
    seen = Seen()
    tasks = []
    for resource in resources:
        version = ""
        async for page in api.list(resource, namespace, selector=selector, metadata_only=True):
            version = page.version
            for found in page.items:
                seen.note(resource, WatchEvent("LISTED", found))
        tasks.append(asyncio.create_task(_follow(api, resource, namespace, selector, version, seen)))
    try:
        yield seen
        for task in tasks:
            if task.done():
                # A watch that broke off would make every change look lost.
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(
    api: KubeClient, resource: Resource, namespace: str, selector: str, version: str, seen: Seen
) -> None:
    options = {"selector": selector, "metadata_only": True}
    while True:
        async for event in api.watch(resource, namespace, since=version, **options):  # type: ignore[arg-type]
            version = event.object["metadata"]["resourceVersion"]
            if event.type != "BOOKMARK":
                seen.note(resource, event)
