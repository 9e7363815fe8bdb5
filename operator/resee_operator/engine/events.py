"""Events on the custom resource, each said once: its name is made from what it says.

An Event that is said again within an hour is counted here only; afterwards, or by another replica, the API
server finds it under the same name and its count grows. Neither a restart nor a loop multiplies Events.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import AlreadyExists, ApiError
from resee_operator.kube.resources import EVENT, RESEE, Manifest, name_of, namespace_of

log = logging.getLogger(__name__)

QUIET = 3600.0
"""Seconds in which the same Event is not sent again: the API server keeps Events for an hour."""
_LONGEST = 1024
"""Characters of a message, the API's own limit."""


class Events:
    """Says on a custom resource what happened to it."""

    def __init__(self, api: KubeApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._now = monotonic
        self._said: dict[str, float] = {}

    async def warn(self, resee: Manifest, reason: str, message: str) -> None:
        """Something that somebody should look at."""
        await self._say(resee, "Warning", reason, message)

    async def tell(self, resee: Manifest, reason: str, message: str) -> None:
        """Something that was done."""
        await self._say(resee, "Normal", reason, message)

    async def _say(self, resee: Manifest, kind: str, reason: str, message: str) -> None:
        uid = str(resee["metadata"]["uid"])
        digest = hashlib.blake2b(f"{uid}/{reason}/{message}".encode(), digest_size=8).hexdigest()
        now = self._now()
        if now < self._said.get(digest, -QUIET) + QUIET:
            return
        if len(self._said) > 10_000:
            self._said = {key: at for key, at in self._said.items() if now < at + QUIET}
        self._said[digest] = now
        name, namespace = f"{name_of(resee)}.{digest}", namespace_of(resee)
        try:
            await self._send(_event(resee, name, kind, reason, message), namespace, name)
        except ApiError as error:
            # An Event is a courtesy: what it says stands in the condition and in the log as well.
            self._said.pop(digest, None)
            log.warning("Event %s/%s was not sent: %s", namespace, name, error)

    async def _send(self, event: Manifest, namespace: str, name: str) -> None:
        try:
            await self._api.create(event)
        except AlreadyExists:
            known = await self._api.get(EVENT, namespace, name)
            count = int((known or {}).get("count") or 1) + 1
            change: dict[str, Any] = {"count": count, "lastTimestamp": event["lastTimestamp"]}
            await self._api.patch(EVENT, namespace, name, change)


def _event(resee: Manifest, name: str, kind: str, reason: str, message: str) -> Manifest:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = resee["metadata"]
    return {
        "apiVersion": EVENT.api_version,
        "kind": EVENT.kind,
        "metadata": {"name": name, "namespace": metadata["namespace"]},
        "involvedObject": {
            "apiVersion": RESEE.api_version,
            "kind": RESEE.kind,
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
        },
        "type": kind,
        "reason": reason,
        "message": message[:_LONGEST],
        "source": {"component": "resee-operator"},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
