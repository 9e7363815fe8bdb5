"""Reads what the rule needs: CPU from the metrics API, requests and queues from web's own /metrics.

One call for each deployment, and one to each of its web Pods where requests or queues count. What does not
answer is missing, never zero.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from resee_operator import quantity
from resee_operator.components.topology import WEB_PORT
from resee_operator.engine.cache import INSTANCE
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError
from resee_operator.kube.resources import Manifest, Resource, name_of

log = logging.getLogger(__name__)

POD_METRICS: Final = Resource("PodMetrics", "metrics.k8s.io", "v1beta1", "pods", watched=False)
_REQUESTS: Final = "resee_http_request_duration_seconds_count"
_QUEUES: Final = ("resee_queue_waiting", "resee_queue_unacked")
_PROBES: Final = "api/health/"
"""Start of the routes that the kubelet asks: they are no load."""
_PATIENCE: Final = 3.0
"""Seconds for one page of metrics: a Pod that takes longer has other worries."""
_LARGEST: Final = 2 * 2**20
"""Bytes of a page that are read."""


class Pages(Protocol):
    """Where a Pod's /metrics come from."""

    async def read(self, address: str) -> str | None:
        """The page of the Pod at an IP address, None where it does not answer."""


class HttpPages:
    """`Pages` by HTTP, straight to the Pods: no proxy, no redirect. Use as an async context manager."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> HttpPages:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PATIENCE))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def read(self, address: str) -> str | None:
        if self._session is None:
            raise RuntimeError("enter it before use")
        host = f"[{address}]" if ":" in address else address
        try:
            async with self._session.get(
                f"http://{host}:{WEB_PORT}/metrics", allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    return None
                return (await answer.content.read(_LARGEST)).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            log.debug("no metrics of %s: %s", address, error)
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """What a web Pod says: requests since it started, and the deployment's tasks by queue (None where it
    cannot tell)."""

    requests: float
    queues: Mapping[str, float] | None


@dataclass(frozen=True)
class Measures:
    """One look at a deployment: cores in use and pages, by Pod."""

    cores: Mapping[str, float] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)


async def measure(api: KubeApi, pages: Pages, key: tuple[str, str], web_pods: Sequence[Manifest]) -> Measures:
    """Measure a deployment once.

    Args:
        key: its namespace and name.
        web_pods: the Pods whose pages are read.
    """
    cores, found = await asyncio.gather(_cores(api, key), _pages(pages, web_pods))
    return Measures(cores, found)


async def _cores(api: KubeApi, key: tuple[str, str]) -> dict[str, float]:
    found: dict[str, float] = {}
    try:
        async for page in api.list(POD_METRICS, key[0], selector=f"{INSTANCE}={key[1]}"):
            for item in page.items:
                used = [quantity.parse(part["usage"]["cpu"]) for part in item.get("containers") or ()]
                found[name_of(item)] = float(sum(used))
    except (ApiError, KeyError, ValueError) as error:
        log.info("no CPU figures of %s/%s: %s", *key, error)
        return {}
    return found


async def _pages(pages: Pages, pods: Iterable[Manifest]) -> dict[str, Page]:
    addresses = {name_of(pod): str(pod["status"].get("podIP") or "") for pod in pods}
    asked = {name: address for name, address in addresses.items() if address}
    texts = await asyncio.gather(*(pages.read(address) for address in asked.values()))
    return {name: parse(text) for name, text in zip(asked, texts, strict=True) if text is not None}


def parse(text: str) -> Page:
    """What a page of metrics says about requests and queues."""
    wanted = [line for line in text.splitlines() if line.startswith((_REQUESTS, *_QUEUES))]
    requests, queues = 0.0, dict[str, float]()
    for family in text_string_to_metric_families("\n".join([*wanted, ""])):
        for sample in family.samples:
            if sample.name in _QUEUES:
                queue = sample.labels.get("queue", "")
                queues[queue] = queues.get(queue, 0.0) + sample.value
            elif not sample.labels.get("route", "").startswith(_PROBES):
                requests += sample.value
    return Page(requests, queues or None)
