"""Kopf's part: hands every event of a ReseeDeployment to the operator. The only module that imports kopf.

Kopf watches the custom resources; the children's watches are `kube.watch`. Kopf hands over some 2,000 objects
a second, keeps a task for each that had an event, and never tells of an object that went away while a watch
was down: for tens of thousands of children that is too slow, too large and not exact. What Kopf does not tell
of its watches, the session does that it sends its requests over.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import signal
from collections.abc import Iterable, Iterator
from typing import Any

import kopf

from resee_operator.kube.configuration import load_configuration
from resee_operator.kube.resources import RESEE
from resee_operator.kube.session import listening, open_session
from resee_operator.runtime import Operator
from resee_operator.settings import Settings

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds before Kopf is started again after it gave up on a watch."""
REOPENED = 6 / 7
"""Share of the longest silence after which the server ends a watch of Kopf's, and Kopf opens the next one:
the answer is the sign of life that a quiet watch gives of itself. One request a minute."""
LONGEST_BACKOFF = 10.0
"""Seconds between two tries of a request of Kopf's at most, as between those of the children's watches."""


class _Backoff:
    """Seconds between the tries of one request of Kopf's, for ever: a server that is away comes back."""

    def __iter__(self) -> Iterator[float]:
        for attempt in itertools.count():
            yield min(0.5 * 2 ** min(attempt, 10), LONGEST_BACKOFF) * random.uniform(0.5, 1.0)  # noqa: S311


def _registry(operator: Operator, kubeconfig: str | None) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.event(RESEE.group, RESEE.version, RESEE.plural, registry=registry)
    async def resee_changed(event: kopf.RawEvent, **_: Any) -> None:
        # Not a plain function: Kopf would call it from a thread.
        operator.resees.seen(event["type"], dict(event["object"]))

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.AiohttpSession:
        configuration = await load_configuration(kubeconfig)
        listener = listening(operator.resees.pulses, operator.resees.missed)
        return kopf.AiohttpSession(
            server=configuration.host, aiohttp_session=open_session(configuration, listener)
        )

    return registry


class _NoEssence(kopf.DiffBaseStorage):
    """Kopf compares each object with its last state for handlers of changes, which it has not got here: four
    deep copies for each event are saved."""

    def build(
        self, *, body: kopf.Body, extra_fields: Iterable[kopf.FieldSpec] | None = None
    ) -> kopf.BodyEssence:
        del body, extra_fields
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> None:
        del body

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        raise NotImplementedError("Kopf writes nothing here.")


def kopf_settings(silence: float = Settings.watch_silence) -> kopf.OperatorSettings:
    """Kopf as an event source and nothing else: it writes nothing, and keeps little.

    Args:
        silence: seconds without a word from the server after which a watch counts as dead.
    """
    settings = kopf.OperatorSettings()
    # Events are said by engine.events, each once.
    settings.posting.enabled = False
    # The kinds are known; looking for others would need more rights.
    settings.scanning.disabled = True
    # A task for each object that had an event: ended soon, they take 100 MiB instead of 259 for 26,000
    # objects.
    settings.queueing.idle_timeout = 0.2
    # Each page is decoded as a whole, and the system does not get that memory back: small pages.
    settings.watching.chunk_size = 50
    settings.watching.inactivity_timeout = silence
    settings.watching.server_timeout = int(silence * REOPENED)
    settings.networking.request_timeout = 20
    settings.networking.error_backoffs = _Backoff()
    settings.persistence.diffbase_storage = _NoEssence()
    settings.peering.standalone = True
    return settings


async def run(operator: Operator, settings: Settings, stop: asyncio.Event) -> None:
    """Follow the custom resources until `stop` is set, which SIGTERM and SIGINT do.

    Kopf ends as a whole when one of its watches meets an error that it does not know, such as a definition
    that is taken away under it; it is started again then, and a list catches up with what it has missed.
    """
    while not stop.is_set():
        ready = asyncio.Event()
        signals = asyncio.create_task(_take_signals(ready, stop))
        try:
            await kopf.operator(
                registry=_registry(operator, settings.kubeconfig),
                settings=kopf_settings(settings.watch_silence),
                clusterwide=not settings.namespaces,
                namespaces=settings.namespaces,
                stop_flag=stop,
                ready_flag=ready,
            )
        except Exception:
            log.exception("the watch of the custom resources broke off; it begins anew")
            await asyncio.sleep(PAUSE)
        else:
            # Kopf returns for nothing but a signal that came before we took them.
            stop.set()
        finally:
            signals.cancel()


async def _take_signals(ready: asyncio.Event, stop: asyncio.Event) -> None:
    """Put our own handlers in the place of Kopf's, which end its watches first: the Lease has to go back at
    once."""
    await ready.wait()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
