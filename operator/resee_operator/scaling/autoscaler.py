"""Goes round the deployments whose Pods an autoscaler owns: measures, decides, and writes the number.

It writes `spec.replicas` by the scale subresource, with the version that it has decided on as a
precondition: if the HorizontalPodAutoscaler, or anybody else, was faster, nothing is written and the next
round looks anew. Where no autoscaler of ours stands (Local, Basic, a fixed number, suspended), it asks
nobody anything.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Final

from resee_operator.engine.cache import Cache
from resee_operator.engine.events import Events
from resee_operator.engine.queue import Key
from resee_operator.engine.snapshot import Snapshot
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError, Conflict, NotFound, NotLeader
from resee_operator.kube.resources import KINDS, name_of, namespace_of
from resee_operator.scaling.measures import HttpPages, Measures, Pages, measure
from resee_operator.scaling.rule import PAUSE, Change, Decision, decide
from resee_operator.scaling.scaler import Memory, Target, target_of

log = logging.getLogger(__name__)

ROUND: Final = 15.0
"""Seconds between two looks: metrics-server's own resolution."""
_AT_ONCE: Final = 4
"""Deployments that are measured at the same time: half of the calls that may be in flight, so that passes
never wait long."""
_AUTOSCALER: Final = "HorizontalPodAutoscaler"

Counted = Callable[[Change], None]


async def run(api: KubeApi, cache: Cache, leading: asyncio.Event, counted: Counted) -> None:
    """Scale for ever while this replica leads; `counted` is told of each change."""
    async with HttpPages() as pages:
        scaler = Autoscaler(api, cache, pages, counted=counted)
        while True:
            await leading.wait()
            started = time.monotonic()
            await scaler.round()
            await asyncio.sleep(max(ROUND - (time.monotonic() - started), 1.0))


class Autoscaler:
    """The operator's half of autoscaling, for all deployments."""

    def __init__(
        self,
        api: KubeApi,
        cache: Cache,
        pages: Pages,
        *,
        counted: Counted = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._cache = cache
        self._pages = pages
        self._events = Events(api)
        self._counted = counted
        self._now = monotonic
        self._memories: dict[tuple[Key, str], Memory] = {}

    async def round(self) -> None:
        """Look at every deployment once. What is no longer scaled is forgotten."""
        owned = self._cache.names_of(_AUTOSCALER)
        scaled: dict[Key, list[str]] = {}
        for name, key in owned.items():
            scaled.setdefault(key, []).append(name[1])
        kept = {(key, name) for key, names in scaled.items() for name in names}
        self._memories = {place: memory for place, memory in self._memories.items() if place in kept}
        places = asyncio.Semaphore(_AT_ONCE)

        async def look(key: Key, names: list[str]) -> None:
            async with places:
                await self._look(key, names)

        await asyncio.gather(*(look(key, names) for key, names in scaled.items()))

    async def _look(self, key: Key, names: list[str]) -> None:
        try:
            snapshot = Snapshot(self._cache, key)
            targets = {name: found for name in names if (found := _target(snapshot, name)) is not None}
            if targets:
                await self._scale(snapshot, targets)
        except NotLeader:
            return
        except Exception:
            # One deployment's odd objects may not stop the others from being scaled.
            log.exception("scaling of %s/%s", *key)

    async def _scale(self, snapshot: Snapshot, targets: Mapping[str, Target]) -> None:
        asks_web = any(target.bands.keys() & {"requests", "queue"} for target in targets.values())
        web = snapshot.pods("web") if asks_web else []
        measures = await measure(self._api, self._pages, snapshot.key, web)
        for name, target in targets.items():
            decision = self._decide((snapshot.key, name), target, measures)
            if decision.change is not Change.NONE and await self._write(target, decision.pods):
                await self._tell(snapshot, (snapshot.key, name), target, decision)

    def _decide(self, place: tuple[Key, str], target: Target, measures: Measures) -> Decision:
        memory, now = self._memories.setdefault(place, Memory()), self._now()
        memory.take_in(target, measures, now)
        may_shrink = target.settled and now - memory.shrunk >= PAUSE
        return decide(target.count, target.bounds, memory.readings(target, now), may_shrink=may_shrink)

    async def _write(self, target: Target, pods: int) -> bool:
        """Set the number, unless the Deployment has changed since it was looked at."""
        deployment = target.deployment
        version = {"resourceVersion": deployment["metadata"]["resourceVersion"]}
        change = {"metadata": version, "spec": {"replicas": pods}}
        name, namespace = name_of(deployment), namespace_of(deployment)
        try:
            await self._api.patch(KINDS["Deployment"], namespace, name, change, subresource="scale")
        except (Conflict, NotFound):
            return False
        except ApiError as error:
            log.warning("Deployment %s/%s could not be scaled: %s", namespace, name, error)
            return False
        return True

    async def _tell(
        self, snapshot: Snapshot, place: tuple[Key, str], target: Target, decision: Decision
    ) -> None:
        if decision.change is Change.IN:
            self._memories[place].shrunk = self._now()
        self._counted(decision.change)
        sentence = f"{target.component}: {target.count} -> {decision.pods} Pods, since {decision.why}"
        log.info("%s/%s %s", *snapshot.key, sentence)
        if snapshot.resee is not None:
            await self._events.tell(snapshot.resee, decision.change.value, sentence)


def _target(snapshot: Snapshot, name: str) -> Target | None:
    """The Deployment of an autoscaler, which has its name."""
    autoscaler, deployment = snapshot.get(_AUTOSCALER, name), snapshot.get("Deployment", name)
    if autoscaler is None or deployment is None or snapshot.resee is None:
        return None
    component = str(autoscaler["metadata"]["labels"].get("app.kubernetes.io/component", ""))
    return target_of(autoscaler, deployment, snapshot.pods(component))
