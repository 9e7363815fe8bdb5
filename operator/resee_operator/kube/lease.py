"""Leadership by a Lease: one replica writes, the others keep their caches warm.

A holder that has not renewed for `deadline` stops writing by itself; the others wait `duration`, measured on
their own clock from the last change that they saw, before they take over. As deadline is shorter than
duration, and as the guard is asked at the moment of each write (connection.py), no two replicas ever write
at once: not after a stopped process is continued, and not when somebody sets a clock.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import AlreadyExists, ApiError, Conflict
from resee_operator.kube.resources import LEASE, Manifest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LeaseTimes:
    """Seconds. A killed leader is replaced after at most duration + retry, so 12 + 2 for the goal of 20.

    Args:
        duration: how long the others wait after the last renewal that they saw.
        deadline: how long after its last renewal was *sent* the holder may still write. The difference to
            duration pays for a write that is already on its way when the deadline passes.
        retry: between two renewals, or two looks at another's Lease; jitter of a fifth.
    """

    duration: int = 12
    deadline: float = 8.0
    retry: float = 2.0


def clock() -> float:
    """Seconds that nobody can set and that go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Leadership:
    """Holds, or waits for, one Lease.

    Args:
        api: a client with a connection of its own and no guard, so that a busy operator never delays a
            renewal.
        identity: name of this replica, unique; the Pod's name and a random part.
        changed: called with True when this replica begins to lead and with False when it ends.
    """

    def __init__(
        self,
        api: KubeApi,
        *,
        name: str,
        namespace: str,
        identity: str,
        times: LeaseTimes | None = None,
        changed: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = clock,
    ) -> None:
        self._api = api
        self._name = name
        self._namespace = namespace
        self._identity = identity
        self._times = times or LeaseTimes()
        self._changed = changed
        self._clock = clock
        self._renewed_at: float | None = None
        self._seen: tuple[str, str, int] | None = None
        self._seen_at = 0.0
        self._leading = False

    def leads(self) -> bool:
        """Whether this replica may write at this very moment."""
        return self._renewed_at is not None and self._clock() < self._renewed_at + self._times.deadline

    async def run(self) -> None:
        """Take and renew the Lease for ever; release it when cancelled."""
        try:
            while True:
                await self.round()
                await asyncio.sleep(self._times.retry * random.uniform(0.8, 1.0))  # noqa: S311 - no secret
        finally:
            await asyncio.shield(self.release())

    async def round(self) -> None:
        """One look at the Lease: take it, renew it, or wait."""
        try:
            async with asyncio.timeout(self._times.deadline):
                await self._take_or_renew()
        except (ApiError, TimeoutError) as error:
            log.info("Lease %s/%s: %s", self._namespace, self._name, error)
        self._tell()

    async def _take_or_renew(self) -> None:
        sent = self._clock()
        lease = await self._api.get(LEASE, self._namespace, self._name)
        try:
            if lease is None:
                await self._api.create(self._written({}, transitions=0))
            elif self._may_take(lease):
                held = _holder(lease) == self._identity
                transitions = int(lease["spec"].get("leaseTransitions") or 0) + (0 if held else 1)
                await self._api.replace(self._written(lease, transitions=transitions))
            else:
                self._renewed_at = None
                return
        except (AlreadyExists, Conflict):
            # Another replica was faster; the next round sees its Lease.
            self._renewed_at = None
            return
        self._renewed_at = sent

    def _may_take(self, lease: Manifest) -> bool:
        """Ours, released, or not renewed for as long as its holder asked for, by our own clock alone."""
        spec = lease["spec"]
        now = (_holder(lease), str(spec.get("renewTime")), int(spec.get("leaseTransitions") or 0))
        if now != self._seen:
            self._seen, self._seen_at = now, self._clock()
        if _holder(lease) in ("", self._identity):
            return True
        duration = max(int(spec.get("leaseDurationSeconds") or 0), self._times.duration)
        return self._clock() >= self._seen_at + duration

    def _written(self, lease: Manifest, *, transitions: int) -> Manifest:
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        spec = dict(lease.get("spec") or {})
        if spec.get("holderIdentity") != self._identity:
            spec["acquireTime"] = now
        spec |= {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": self._times.duration,
            "leaseTransitions": transitions,
            "renewTime": now,
        }
        metadata = lease.get("metadata") or {"name": self._name, "namespace": self._namespace}
        return {"apiVersion": LEASE.api_version, "kind": LEASE.kind, "metadata": metadata, "spec": spec}

    async def release(self) -> None:
        """Give the Lease back, so that another replica leads at once. Does nothing where it is not ours."""
        if self._renewed_at is None:
            return
        self._renewed_at = None
        self._tell()
        try:
            async with asyncio.timeout(self._times.retry):
                lease = await self._api.get(LEASE, self._namespace, self._name)
                if lease is not None and _holder(lease) == self._identity:
                    lease["spec"] |= {"holderIdentity": "", "leaseDurationSeconds": 1}
                    await self._api.replace(lease)
        except (ApiError, TimeoutError) as error:
            log.warning("Lease %s/%s could not be released: %s", self._namespace, self._name, error)

    def _tell(self) -> None:
        if self._leading != self.leads():
            self._leading = not self._leading
            log.info("leading" if self._leading else "not leading", extra={"lease": self._name})
            self._changed(self._leading)


def _holder(lease: Manifest) -> str:
    return str(lease["spec"].get("holderIdentity") or "")
