"""A thousand deployments on one API server: makes them, edits them, and sees when their children are
written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from resee_operator import plan
from resee_operator.engine.diff import stamp
from resee_operator.kube.client import KubeClient
from resee_operator.kube.connection import Connection, Limits, load_configuration
from resee_operator.kube.resources import KINDS, RESEE, Manifest, Resource
from resee_operator.settings import Settings

NAMESPACE = "fleet"
DEPLOYMENT = KINDS["Deployment"]


def name_of(number: int) -> str:
    return f"r{number:04d}"


def resee(number: int, **spec: Any) -> Manifest:
    """A Local deployment."""
    return {
        "apiVersion": RESEE.api_version,
        "kind": RESEE.kind,
        "metadata": {"name": name_of(number), "namespace": NAMESPACE},
        "spec": {"stage": "Local", **spec},
    }


async def children_of(number: int) -> list[Manifest]:
    """The very manifests that the operator writes for a deployment, without their owner."""
    wanted, _ = await plan.make(None, resee(number), Settings().defaults)
    made = []
    for manifest in wanted.manifests:
        metadata = {key: value for key, value in manifest["metadata"].items() if key != "ownerReferences"}
        made.append(stamp({**manifest, "metadata": metadata}))
    return made


@asynccontextmanager
async def client(kubeconfig: Path, in_flight: int = 8) -> AsyncIterator[KubeClient]:
    """A client of the bench's own."""
    configuration = await load_configuration(str(kubeconfig))
    async with Connection(configuration, Limits(in_flight=in_flight)) as connection:
        yield KubeClient(connection)


async def each(calls: Iterable[Any], at_once: int = 8) -> None:
    """Await coroutines, so many at a time."""
    slots = asyncio.Semaphore(at_once)

    async def one(call: Any) -> None:
        async with slots:
            await call

    await asyncio.gather(*(one(call) for call in calls))


async def count(api: KubeClient, resource: Resource, selector: str = "") -> int:
    total = 0
    async for page in api.list(resource, NAMESPACE, selector=selector, metadata_only=True):
        total += len(page.items)
    return total


class Seen:
    """Times at which a watch saw objects, by kind and name, newest first wins."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, str, str], float] = {}
        self.objects: dict[tuple[str, str], Manifest] = {}
        self._changed = asyncio.Event()

    async def follow(self, api: KubeClient, resource: Resource) -> None:
        """Watch a kind for as long as the bench runs."""
        version = ""
        async for page in api.list(resource, NAMESPACE, metadata_only=True):
            version = page.version
        while True:
            async for event in api.watch(resource, NAMESPACE, since=version):
                metadata = event.object["metadata"]
                version = metadata["resourceVersion"]
                if event.type != "BOOKMARK":
                    self.at[(resource.kind, metadata["name"], event.type)] = time.perf_counter()
                    self.objects[(resource.kind, metadata["name"])] = event.object
                    self._changed.set()

    async def until(self, holds: Any, seconds: float = 30.0) -> float:
        """Wait until a condition over what was seen holds; the time of the event that made it so."""
        async with asyncio.timeout(seconds):
            while not holds(self):
                self._changed.clear()
                await self._changed.wait()
        return time.perf_counter()
