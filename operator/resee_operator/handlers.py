"""Kopf's part: hands every event of a ReseeDeployment to the operator. The only module that imports kopf.

Kopf watches the custom resources; the children's watches are `kube.watch`. Kopf hands over some 2,000 objects
a second, keeps a task for each that had an event, and never tells of an object that went away while a watch
was down: for tens of thousands of children that is too slow, too large and not exact.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

import kopf

from resee_operator.kube.configuration import credentials_of, load_configuration
from resee_operator.kube.resources import RESEE
from resee_operator.runtime import Operator
from resee_operator.settings import Settings

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds before Kopf is started again after it gave up on a watch."""


def _registry(operator: Operator, kubeconfig: str | None) -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()

    @kopf.on.event(RESEE.group, RESEE.version, RESEE.plural, registry=registry)
    async def resee_changed(event: kopf.RawEvent, **_: Any) -> None:
        # Not a plain function: Kopf would call it from a thread.
        operator.seen(event["type"], dict(event["object"]))

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:
        found = await credentials_of(await load_configuration(kubeconfig))
        return kopf.ConnectionInfo(
            server=found.server,
            ca_path=found.ca_file,
            insecure=not found.verify,
            token=found.token,
            certificate_path=found.cert_file,
            private_key_path=found.key_file,
        )

    return registry


def kopf_settings() -> kopf.OperatorSettings:
    """Kopf as an event source and nothing else: it writes nothing, and keeps little."""
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
    # Bookmarks come once a minute: a watch that is silent for longer is dead.
    settings.watching.inactivity_timeout = 70
    settings.networking.request_timeout = 20
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
                settings=kopf_settings(),
                clusterwide=not settings.namespaces,
                namespaces=settings.namespaces,
                stop_flag=stop,
                ready_flag=ready,
            )
        except Exception:
            log.exception("the watch of the custom resources broke off; it begins anew")
            await asyncio.sleep(PAUSE)
            await operator.relist()
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
