"""Kopf alone on the fleet: an empty handler for each event. What it costs before an operator does anything.

    python -m bench.engine.kopf_only KUBECONFIG NAMESPACE OBJECTS WAY

Prints as JSON how long it took until so many objects were seen, with how much memory and processor time. WAY:
`resees` watches the custom resources, as the operator lets Kopf do; `children` every kind of the children as
well, which the operator's own watches do otherwise; `plain` lists and decodes the same without Kopf.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import click
import kopf

from resee_operator.engine.cache import OURS
from resee_operator.handlers import kopf_settings
from resee_operator.kube.client import KubeClient
from resee_operator.kube.configuration import load_configuration
from resee_operator.kube.connection import Connection
from resee_operator.kube.resources import CHILDREN, RESEE, Resource
from resee_operator.kube.session import open_session

KINDS = tuple(kind for kind in CHILDREN if not kind.optional)
"""Kinds of children that every cluster has."""


async def main(kubeconfig: str, namespace: str, objects: int, way: str) -> dict[str, float]:
    """Run until so many objects were seen, or for two minutes."""
    seconds, seen = await (
        plain(kubeconfig, namespace)
        if way == "plain"
        else by_kopf(kubeconfig, namespace, objects, way == "children")
    )
    return {"objects": seen, "seconds": round(seconds, 2)} | _used()


async def plain(kubeconfig: str, namespace: str) -> tuple[float, int]:
    """Seconds of a list of all, and the number of objects."""
    started = time.perf_counter()

    async def count(api: KubeClient, kind: Resource) -> int:
        return sum([len(page.items) async for page in api.list(kind, namespace)])

    async with Connection(await load_configuration(kubeconfig)) as connection:
        api = KubeClient(connection)
        seen = sum(await asyncio.gather(*(count(api, kind) for kind in (RESEE, *KINDS))))
    return time.perf_counter() - started, seen


async def by_kopf(kubeconfig: str, namespace: str, objects: int, children: bool) -> tuple[float, int]:
    """Seconds until so many objects were handed over, and their number."""
    seen: set[str] = set()
    done, started = asyncio.Event(), time.perf_counter()
    registry = kopf.OperatorRegistry()

    async def count(event: Any, **_: Any) -> None:
        seen.add(event["object"]["metadata"]["uid"])
        if len(seen) >= objects:
            done.set()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        configuration = await load_configuration(kubeconfig)
        return kopf.AiohttpSession(server=configuration.host, aiohttp_session=open_session(configuration))

    kopf.on.event(RESEE.group, RESEE.version, RESEE.plural, registry=registry)(count)
    label, value = OURS.split("=")
    for kind in KINDS if children else ():
        kopf.on.event(kind.group, kind.version, kind.plural, registry=registry, labels={label: value})(count)
    task = asyncio.create_task(
        kopf.operator(
            registry=registry,
            settings=kopf_settings(),
            namespaces=[namespace],
            stop_flag=done,
        )
    )
    try:
        async with asyncio.timeout(120):
            await done.wait()
    except TimeoutError:
        done.set()
    seconds = time.perf_counter() - started
    await task
    return seconds, len(seen)


def _used() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text().splitlines()
    rss = next(line for line in status if line.startswith("VmRSS"))
    return {
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "rss_mib": round(int(rss.split()[1]) / 1024, 1),
    }


if __name__ == "__main__":
    os.environ.setdefault("KUBECONFIG", sys.argv[1])
    click.echo(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))))
