"""The running operator: puts cache, watches, queue, workers, Lease and probes together, and takes them down
again.

Both replicas keep their caches warm; only the leader's workers take keys from the queue.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from resee_operator import metrics as counting
from resee_operator import probes
from resee_operator.engine.cache import NOT_OURS, OURS, Cache, SecretNames
from resee_operator.engine.outcome import Outcome, OutcomeReason
from resee_operator.engine.queue import Key, Queue, Urgency
from resee_operator.engine.reconcile import Reconciler
from resee_operator.engine.resees import Resees
from resee_operator.kube.api import KubeApi
from resee_operator.kube.client import KubeClient
from resee_operator.kube.configuration import load_configuration
from resee_operator.kube.connection import Connection, Limits
from resee_operator.kube.lease import Leadership
from resee_operator.kube.resources import CHILDREN, KINDS, REQUESTS
from resee_operator.kube.slots import PROMPT
from resee_operator.kube.watch import Pace, Watch, fill_all
from resee_operator.metrics import Metrics
from resee_operator.scaling import autoscaler
from resee_operator.settings import Settings

log = logging.getLogger(__name__)
pass_log = logging.getLogger("resee_operator.pass")

STUCK = 300.0
"""Seconds after which a pass, or a watch without a turn of its loop, counts as stuck: many times the longest
of either, so that a slow API server does not get the operator restarted."""
NOT_LEADING_PAUSE = 2.0
"""Seconds before a pass that the Lease stopped is tried again; the time between two renewals."""
DRAIN = 10.0
"""Seconds that running passes get to end at shutdown; a pass is a few calls."""


class Operator:
    """Everything that runs in one replica. Made by `running`."""

    def __init__(self, api: KubeApi, settings: Settings, metrics: Metrics, leadership: Leadership) -> None:
        self.queue = Queue()
        self.cache = Cache(self.queue.add)
        self.leadership = leadership
        self.metrics = metrics
        self._settings = settings
        self._api = api
        self._reconciler = Reconciler(api, self.cache, self.queue, settings.defaults)
        self.ended: asyncio.Task[None] | None = None
        self._leading = asyncio.Event()
        self._busy: dict[int, float] = {}
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._passes = itertools.count(1)
        self._filled = False
        pace = Pace(relist=settings.resync_seconds)
        names = SecretNames(self.cache)
        secret = KINDS["Secret"]
        scopes: tuple[str | None, ...] = settings.namespaces or (None,)
        self.resees = Resees(api, self.cache, scopes)
        self.watches = [
            *(
                Watch(api, kind, self.cache, namespace=scope, selector=OURS, pace=pace)
                for kind in CHILDREN
                for scope in scopes
            ),
            *(
                Watch(api, kind, self.cache, namespace=scope, pace=pace)
                for kind in REQUESTS
                for scope in scopes
            ),
            *(
                Watch(api, secret, names, namespace=scope, selector=NOT_OURS, metadata_only=True, pace=pace)
                for scope in scopes
            ),
        ]
        self._pulses = [*self.resees.pulses.values(), *(watch.pulse for watch in self.watches)]
        self._expose()

    async def fill(self) -> None:
        """List everything; returns when the cache is whole. Waits for as long as the definition is
        missing."""
        started = time.monotonic()
        await self.resees.fill()
        await asyncio.gather(*(fill_all([watch]) for watch in self.watches))
        self._filled = True
        for pulse in self.resees.pulses.values():
            # Kopf begins now.
            pulse.turn()
        # What has been listed stays for good; the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        log.info(
            "cache filled",
            extra={
                "seconds": round(time.monotonic() - started, 2),
                "deployments": len(self.cache.deployments()),
            },
        )

    async def run(self) -> None:
        """Work until cancelled; then let the running passes end and give the Lease back."""
        workers = [asyncio.create_task(self._work(number)) for number in range(self._settings.workers)]
        followers = [asyncio.create_task(watch.run()) for watch in self.watches]
        loops = (self._resync(), self.resees.run(), self.leadership.run(), self._scale())
        helpers = [asyncio.create_task(loop) for loop in loops]
        try:
            done, _ = await asyncio.wait(
                [*workers, *followers, *helpers], return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                # None of them ends by itself: a bug ends the process, and Kubernetes starts it anew.
                task.result()
        finally:
            self._leading.clear()
            await self._drain()
            for task in (*workers, *followers, *helpers):
                task.cancel()
            await asyncio.gather(*workers, *followers, *helpers, return_exceptions=True)

    def lead(self, leading: bool) -> None:
        """Begin or end to write."""
        if leading:
            self._leading.set()
            for key in self.cache.deployments():
                self.queue.add(key, Urgency.RESYNC)
        else:
            self._leading.clear()

    def alive(self) -> str | None:
        """What is stuck, for the liveness probe; None where nothing is."""
        now = time.monotonic()
        for number, since in self._busy.items():
            if now - since > STUCK:
                return f"worker {number} is in one pass for {now - since:.0f} s"
        # Before that nobody follows anything yet: the definition may be missing for long.
        for pulse in self._pulses if self._filled else ():
            if pulse.idle > STUCK:
                return f"the watch of {pulse.title} has not moved for {pulse.idle:.0f} s"
        return None

    def ready(self) -> str | None:
        """What is missing, for the readiness probe."""
        return None if self._filled else "the cache is not yet filled"

    async def _work(self, number: int) -> None:
        while True:
            await self._leading.wait()
            key = await self.queue.get()
            self._busy[number] = time.monotonic()
            self._at_rest.clear()
            try:
                await self._one(key)
            finally:
                del self._busy[number]
                if not self._busy:
                    self._at_rest.set()

    async def _one(self, key: Key) -> None:
        if not self.leadership.leads():
            self._later(key)
            return
        started, pass_id = time.perf_counter(), next(self._passes)
        PROMPT.set(self.queue.is_prompt(key))
        try:
            outcome = await self._reconciler.run(key)
        except Exception as error:
            log.exception("pass %d of %s/%s", pass_id, *key)
            outcome = Outcome(
                OutcomeReason.FAILED, f"an error of the operator itself: {type(error).__name__}"
            )
        if outcome.reason is OutcomeReason.NOT_LEADING:
            self._later(key)
            return
        again = self.queue.done(key, failed=outcome.retried)
        self._record(key, pass_id, outcome, time.perf_counter() - started, again)

    def _later(self, key: Key) -> None:
        """Put a key back: a renewal that was only late ends nothing, and nobody else has taken it up."""
        self.queue.done(key)
        self.queue.add(key, Urgency.CHANGE, NOT_LEADING_PAUSE)

    def _record(self, key: Key, pass_id: int, outcome: Outcome, seconds: float, again: float | None) -> None:
        self.metrics.passes.labels(outcome.reason.value).inc()
        self.metrics.pass_seconds.observe(seconds)
        for kind in outcome.repaired:
            self.metrics.repaired.labels(kind).inc()
        facts: dict[str, object] = {
            "id": pass_id,
            "namespace": key[0],
            "deployment": key[1],
            "reason": outcome.reason.value,
            "ms": round(seconds * 1000, 1),
            "changed": list(outcome.changed),
        }
        if again is not None:
            facts["again_in"] = round(again, 1)
        pass_log.info(outcome.sentence, extra=facts)

    async def _scale(self) -> None:
        count = self.metrics.scaled
        await autoscaler.run(self._api, self.cache, self._leading, lambda change: count.labels(change).inc())

    async def _resync(self) -> None:
        period = self._settings.resync_seconds
        while True:
            await asyncio.sleep(period * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
            await self.resees.relist()
            for key in self.cache.deployments():
                self.queue.add(key, Urgency.RESYNC, random.uniform(0, period / 2))  # noqa: S311

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN):
                await self._at_rest.wait()
        except TimeoutError:
            log.warning("%d passes did not end in time", len(self._busy))

    def _expose(self) -> None:
        read = counting.read_from
        read(self.metrics.leader, lambda: float(self.leadership.leads()))
        read(self.metrics.deployments, lambda: float(len(self.cache.deployments())))
        # On a stand-by the queue waits for the Lease, which is no news.
        read(self.metrics.queue_depth, lambda: float(self.queue.depth) if self._leading.is_set() else 0.0)
        read(self.metrics.queue_oldest, lambda: self.queue.oldest if self._leading.is_set() else 0.0)
        read(self.metrics.backing_off, lambda: float(self.queue.backing_off))
        for pulse in self._pulses:
            gauge = self.metrics.watch_age.labels(pulse.title, pulse.namespace or "")
            gauge.set_function(lambda pulse=pulse: pulse.age)  # type: ignore[misc]


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Operator]:
    """A whole operator: connected, filled, working; taken down in order at the end."""
    metrics = Metrics()
    configuration = await load_configuration(settings.kubeconfig)
    async with AsyncExitStack() as stack:
        # Renewals of the Lease wait for nobody: a connection of their own, without a guard.
        private = await stack.enter_async_context(Connection(configuration, Limits(timeout=5, attempts=2)))
        operator: Operator
        leadership = Leadership(
            KubeClient(private),
            name=settings.lease_name,
            namespace=settings.lease_namespace,
            identity=settings.identity,
            changed=lambda leading: operator.lead(leading),  # noqa: PLW0108 - it is made below
        )
        limits = Limits(in_flight=settings.calls_in_flight, silence=settings.watch_silence)
        connection = await stack.enter_async_context(
            Connection(configuration, limits, guard=leadership.leads, observe=metrics.called)
        )
        operator = Operator(KubeClient(connection), settings, metrics, leadership)
        port = settings.metrics_port
        await stack.enter_async_context(
            probes.serve(port, metrics, alive=operator.alive, ready=operator.ready)
        )
        await operator.fill()
        operator.ended = asyncio.create_task(operator.run())
        stack.push_async_callback(_end, operator.ended)
        yield operator


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
