"""What is known of the custom resources, whoever tells of it: Kopf's events, or lists of our own.

Kopf lists again after a gap of its watch, and says nothing of what went away in it. Each list of Kopf's is
therefore followed by one of ours, which does. How Kopf's watches fare is told by their pulses: Kopf has none.
"""

from __future__ import annotations

import asyncio
import logging

from resee_operator.engine.cache import Cache
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError
from resee_operator.kube.pulse import Pulse
from resee_operator.kube.resources import RESEE, Manifest, name_of, namespace_of, version_of
from resee_operator.kube.watch import Watch, fill_all

log = logging.getLogger(__name__)


class Resees:
    """The custom resources of some namespaces, or of all where that is None."""

    def __init__(self, api: KubeApi, cache: Cache, scopes: tuple[str | None, ...]) -> None:
        self._cache = cache
        self._lists = [Watch(api, RESEE, cache, namespace=scope) for scope in scopes]
        self._missed = asyncio.Event()
        self.pulses = {RESEE.path(scope): Pulse(RESEE.plural, scope) for scope in scopes}
        """Those of Kopf's watches, by the path that they ask."""

    def seen(self, kind: str | None, found: Manifest) -> None:
        """Take in an event: its type, None where it comes from a list, and the object."""
        name = namespace_of(found), name_of(found)
        pulse = self.pulses.get(RESEE.path(name[0])) or self.pulses.get(RESEE.path())
        if pulse is not None:
            pulse.beat()
        if kind == "DELETED":
            self._cache.gone(RESEE, name, version_of(found))
        else:
            self._cache.seen(RESEE, {**found, "kind": RESEE.kind})

    def missed(self) -> None:
        """Whoever tells of events may have missed some: look for them soon."""
        self._missed.set()

    async def fill(self) -> None:
        """List all; waits for as long as the definition is missing."""
        await fill_all(self._lists)

    async def relist(self) -> None:
        """Compare what is known with a new list, once."""
        for watch in self._lists:
            try:
                await watch.fill()
            except ApiError as error:
                log.info("list of %s: %s", RESEE.plural, error)

    async def run(self) -> None:
        """List whenever something may have been missed, for ever."""
        while True:
            await self._missed.wait()
            self._missed.clear()
            await fill_all(self._lists)
