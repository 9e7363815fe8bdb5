"""Stands in for controllers and kubelet in the bench: moves every workload of namespaces to 'all Pods run'.

    python -m bench.engine.mover KUBECONFIG NAMESPACE...

A process of its own, so that its work is not the operator's and not the bench's.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bench.engine.fleet import client
from resee_operator.kube.client import KubeClient
from resee_operator.kube.errors import ApiError
from resee_operator.kube.resources import KINDS, Manifest, name_of
from tests.integration.controllers import MOVES


class Mover:
    """Follows the workloads and answers each change of a spec with a status."""

    def __init__(self, api: KubeClient, namespace: str) -> None:
        self._api = api
        self._namespace = namespace

    async def run(self) -> None:
        await asyncio.gather(*(self._follow(kind) for kind in MOVES))

    async def _follow(self, kind: str) -> None:
        while True:
            version = ""
            async for page in self._api.list(KINDS[kind], self._namespace):
                version = page.version
                for found in page.items:
                    await self._move(kind, found)
            try:
                async for event in self._api.watch(KINDS[kind], self._namespace, since=version):
                    if event.type in ("ADDED", "MODIFIED"):
                        await self._move(kind, event.object)
            except ApiError:
                await asyncio.sleep(0.5)

    async def _move(self, kind: str, found: Manifest) -> None:
        status, held = MOVES[kind](found), found.get("status") or {}
        if status is None or held.items() >= status.items() or held.get("completionTime"):
            return
        change = {"status": status}
        try:
            await self._api.patch(KINDS[kind], self._namespace, name_of(found), change, subresource="status")
        except ApiError:
            return


async def main(kubeconfig: str, *namespaces: str) -> None:
    async with client(Path(kubeconfig)) as api:
        await asyncio.gather(*(Mover(api, namespace).run() for namespace in namespaces))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
