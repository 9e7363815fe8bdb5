"""Kopf alone on the fleet: an empty handler for each event. What it costs before an operator does anything.

    python -m bench.engine.kopf_only KUBECONFIG NAMESPACE OBJECTS [children]

Prints as JSON how long it took until so many objects were seen, with how much memory and processor time. With
`children` it watches every kind of the children too, which the operator's own watches do otherwise.
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
from resee_operator.kube.connection import credentials_of, load_configuration
from resee_operator.kube.resources import CHILDREN, RESEE


async def main(kubeconfig: str, namespace: str, objects: int, children: bool) -> dict[str, float]:
    """Run until so many objects were seen, or for two minutes."""
    seen: set[str] = set()
    done, started = asyncio.Event(), time.perf_counter()
    registry = kopf.OperatorRegistry()

    async def count(event: Any, **_: Any) -> None:
        seen.add(event["object"]["metadata"]["uid"])
        if len(seen) >= objects:
            done.set()

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:
        found = await credentials_of(await load_configuration(kubeconfig))
        return kopf.ConnectionInfo(
            server=found.server,
            ca_path=found.ca_file,
            certificate_path=found.cert_file,
            private_key_path=found.key_file,
        )

    kopf.on.event(RESEE.group, RESEE.version, RESEE.plural, registry=registry)(count)
    label, value = OURS.split("=")
    for kind in CHILDREN if children else ():
        kopf.on.event(kind.group, kind.version, kind.plural, registry=registry, labels={label: value})(count)
    task = asyncio.create_task(
        kopf.operator(registry=registry, settings=kopf_settings(), namespaces=[namespace], stop_flag=done)
    )
    try:
        async with asyncio.timeout(120):
            await done.wait()
    except TimeoutError:
        done.set()
    figures = {"objects": float(len(seen)), "seconds": round(time.perf_counter() - started, 2)}
    await task
    return figures | _used()


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
    click.echo(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), len(sys.argv) > 4))))
