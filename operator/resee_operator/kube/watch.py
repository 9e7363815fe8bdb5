"""Keeps a sink equal to one kind in the cluster: list, then watch, and list again when the watch may have
missed.

Nothing ends it but cancellation: every error is waited out with a back-off. Its `pulse` says how long ago it
last gave a sign of life.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError, Gone, NotFound
from resee_operator.kube.pulse import Pulse
from resee_operator.kube.resources import Manifest, Resource, name_of, namespace_of, version_of

log = logging.getLogger(__name__)

_ANY_VERSION = 2**63
"""As the version of a list: newer than any object."""

Name = tuple[str, str]
"""Namespace and name."""


class Sink(Protocol):
    """Who is told what a watch saw. Versions let it ignore what is older than what it has."""

    def seen(self, resource: Resource, found: Manifest) -> None:
        """An object as it is now."""

    def gone(self, resource: Resource, name: Name, version: int) -> None:
        """An object is gone, or no longer matches the selector."""

    def listed(self, resource: Resource, namespace: str | None, names: set[Name], version: int) -> None:
        """A whole list has been seen: whatever is not among the names was gone at that version."""


@dataclass(frozen=True)
class Pace:
    """How often a watch does what.

    Args:
        relist: seconds between two lists that look for what the watch missed; each is stretched at random by
            up to a half, so that the kinds do not list together. 1,800: an idle operator stays under 1 % of
            a core.
        first_pause, longest_pause: seconds of back-off after an error; doubles in between.
        absent: seconds between two looks for an optional kind that is not installed.
    """

    relist: float = 1800.0
    first_pause: float = 0.2
    longest_pause: float = 10.0
    absent: float = 60.0


class Watch:
    """One kind, in one namespace or in all, with one label selector."""

    def __init__(  # noqa: PLR0913 - named options of one thing
        self,
        api: KubeApi,
        resource: Resource,
        sink: Sink,
        *,
        namespace: str | None = None,
        selector: str = "",
        metadata_only: bool = False,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.resource = resource
        self.namespace = namespace
        self._api = api
        self._sink = sink
        self._options: dict[str, Any] = {"selector": selector, "metadata_only": metadata_only}
        self._pace = pace or Pace()
        self._now = monotonic
        title = resource.plural + (" (metadata)" if metadata_only else "")
        self.pulse = Pulse(title, namespace, monotonic)
        self._version = ""
        self._relist_at = 0.0

    async def fill(self) -> None:
        """List everything once and tell the sink. An optional kind that is not installed has no objects.

        Raises:
            ApiError: the list failed; what was seen until then is told.
        """
        try:
            await self._list()
        except NotFound:
            if not self.resource.optional:
                raise
            self.pulse.beat()
            self._version = ""
            self._sink.listed(self.resource, self.namespace, set(), _ANY_VERSION)

    async def _list(self) -> None:
        names: set[Name] = set()
        version = ""
        async with aclosing(self._api.list(self.resource, self.namespace, **self._options)) as pages:
            async for page in pages:
                version = page.version
                self.pulse.beat()
                for found in page.items:
                    names.add((namespace_of(found), name_of(found)))
                    self._sink.seen(self.resource, found)
                for found in page.gone:
                    name = namespace_of(found), name_of(found)
                    names.discard(name)
                    self._sink.gone(self.resource, name, version_of(found))
                # A page takes some milliseconds to take in: whoever else waits for the loop has a turn here.
                await asyncio.sleep(0)
        self._sink.listed(self.resource, self.namespace, names, int(version))
        self._version = version
        self._relist_at = self._now() + self._pace.relist * random.uniform(1.0, 1.5)  # noqa: S311 - no secret

    async def run(self) -> None:
        """Follow the kind for ever."""
        pause = self._pace.first_pause
        while True:
            self.pulse.turn()
            try:
                if not self._version or self._now() >= self._relist_at:
                    await self.fill()
                if not self._version:
                    await asyncio.sleep(self._pace.absent)
                    continue
                await self._follow()
            except ApiError as error:
                if isinstance(error, (Gone, NotFound)):
                    # The version is too old, or the whole kind went away: only a new list can tell.
                    self._version = ""
                log.info("watch of %s in %s: %s", self.pulse.title, self.namespace or "all namespaces", error)
            except (ValueError, KeyError, TypeError):
                # An answer that is no JSON, or not of the form: from a proxy that was restarted, not from
                # Kubernetes.
                self._version = ""
                log.exception("watch of %s: cannot read the answer", self.pulse.title)
            else:
                pause = self._pace.first_pause
                continue
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(pause * 2, self._pace.longest_pause)

    async def _follow(self) -> None:
        watched = self._api.watch(self.resource, self.namespace, since=self._version, **self._options)
        async with aclosing(watched) as events:
            async for event in events:
                self.pulse.beat()
                found = event.object
                self._version = found["metadata"]["resourceVersion"]
                if event.type == "DELETED":
                    self._sink.gone(self.resource, (namespace_of(found), name_of(found)), version_of(found))
                elif event.type != "BOOKMARK":
                    self._sink.seen(self.resource, found)
        self.pulse.beat()


async def fill_all(watches: Iterable[Watch]) -> None:
    """Fill one watch after the other; a kind that is not installed yet and a server that is away are waited
    for."""
    for watch in watches:
        pause = 0.2
        while True:
            try:
                await watch.fill()
                break
            except NotFound:
                log.warning("the kind %s is not installed; install the chart's CRDs", watch.resource.kind)
            except ApiError as error:
                log.warning("list of %s: %s", watch.resource.plural, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)
