"""A thousand deployments on one API server: what they are, and the calls of whoever edits them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from resee_operator import plan
from resee_operator.engine.diff import DIGEST, stamp
from resee_operator.kube.client import KubeClient
from resee_operator.kube.configuration import load_configuration
from resee_operator.kube.connection import Connection, Limits
from resee_operator.kube.resources import KINDS, RESEE, Manifest, name_of
from resee_operator.settings import Settings

NAMESPACE = "fleet"
BARE, BY_KUBECTL = "bare", "kubectl"
"""Namespaces of the yardsticks."""
DEPLOYMENT, SERVICE = KINDS["Deployment"], KINDS["Service"]
IN_FLIGHT = 8
"""Calls at the same time, the operator's own number."""
_GOODBYE = 0.25


def named(number: int) -> str:
    """Name of the deployment with this number."""
    return f"r{number:04d}"


def resee(number: int, **spec: Any) -> Manifest:
    """A Local deployment."""
    return {
        "apiVersion": RESEE.api_version,
        "kind": RESEE.kind,
        "metadata": {"name": named(number), "namespace": NAMESPACE},
        "spec": {"stage": "Local", **spec},
    }


async def children(number: int, namespace: str, **spec: Any) -> list[Manifest]:
    """The very manifests that the operator writes for a deployment, without their owner."""
    wanted, _ = await plan.make(None, resee(number, **spec), Settings().defaults)
    made = []
    for manifest in wanted.manifests:
        metadata = {key: value for key, value in manifest["metadata"].items() if key != "ownerReferences"}
        made.append(stamp({**manifest, "metadata": {**metadata, "namespace": namespace}}))
    return made


async def changed_children(number: int, namespace: str, **spec: Any) -> list[Manifest]:
    """Those that differ when these fields of the spec are set."""
    before = {_identity(child): _digest(child) for child in await children(number, namespace)}
    after = await children(number, namespace, **spec)
    return [child for child in after if before.get(_identity(child)) != _digest(child)]


def _identity(child: Manifest) -> tuple[str, str]:
    return str(child["kind"]), name_of(child)


def _digest(child: Manifest) -> str:
    return str(child["metadata"]["annotations"][DIGEST])


@asynccontextmanager
async def client(kubeconfig: Path) -> AsyncIterator[KubeClient]:
    """A client of the bench's own."""
    configuration = await load_configuration(str(kubeconfig))
    async with Connection(configuration, Limits(in_flight=IN_FLIGHT, timeout=60)) as connection:
        yield KubeClient(connection)
    # aiohttp leaves closed TLS connections to the loop, which needs a moment for them.
    await asyncio.sleep(_GOODBYE)


async def each(calls: Iterable[Coroutine[Any, Any, Any]], at_once: int = IN_FLIGHT) -> None:
    """Await coroutines, so many at a time."""
    slots = asyncio.Semaphore(at_once)

    async def one(call: Coroutine[Any, Any, Any]) -> None:
        async with slots:
            await call

    await asyncio.gather(*(one(call) for call in calls))
