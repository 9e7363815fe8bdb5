"""A small world for tests of the pass: a fake cluster, and an engine whose cache sees every change at
once."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from resee_operator.engine.cache import Cache
from resee_operator.engine.clock import Clock
from resee_operator.engine.outcome import Outcome
from resee_operator.engine.queue import Queue
from resee_operator.engine.reconcile import Reconciler
from resee_operator.kube.api import WatchEvent
from resee_operator.kube.errors import ApiError, Unavailable
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.resources import KINDS, RESEE, Manifest, name_of, namespace_of, version_of
from resee_operator.operations import OPERATIONS, Operation
from resee_operator.stages import Defaults

KEY = ("default", "demo")
_WRITES = ("apply", "patch", "delete", "create")
DEFAULTS = Defaults(
    registry="registry.example/resee", version="1.0.0", postgres_image="postgres:15", redis_image="redis:7"
)


class World(Clock):
    """One ReseeDeployment `demo` in a fake cluster. Time stands still unless `seconds` is moved."""

    def __init__(self, *, operations: Sequence[Operation] = OPERATIONS, **spec: Any) -> None:
        self.kube = FakeKube()
        self.seconds = 1000.0
        self.operations = tuple(operations)
        self.queue = Queue(monotonic=self.monotonic)
        self.cache = Cache(self.queue.add)
        self.told: list[tuple[str, str]] = []
        self.reconciler = self.replica()
        self._spec = {"stage": "Local", **spec}
        self._seen = 0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def replica(self, defaults: Defaults = DEFAULTS) -> Reconciler:
        """Another operator with the same view of the cluster, as after a restart."""
        return Reconciler(
            self.kube,
            self.cache,
            self.queue,
            defaults,
            operations=self.operations,
            notify=self._notify,
            clock=self,
        )

    def secret(self, name: str, key: str) -> str:
        """A value of a Secret in the cluster."""
        return base64.b64decode(self.kube.objects("Secret")[name]["data"][key]).decode()

    async def _notify(self, webhook: str, text: str) -> None:
        self.told.append((webhook, text))

    async def create(self) -> None:
        """The user applies the custom resource."""
        metadata = {"name": KEY[1], "namespace": KEY[0]}
        manifest = {
            "apiVersion": RESEE.api_version,
            "kind": RESEE.kind,
            "metadata": metadata,
            "spec": self._spec,
        }
        await self.kube.create(manifest)

    async def edit(self, **spec: Any) -> None:
        """The user changes fields of the spec."""
        await self.kube.patch(RESEE, *KEY, {"spec": spec})

    async def run(self, reconciler: Reconciler | None = None) -> Outcome:
        """One pass with everything seen that has happened until now."""
        self.look()
        outcome = await (reconciler or self.reconciler).run(KEY)
        self.look()
        return outcome

    async def run_killed(self, after: int) -> None:
        """A pass of an operator that is killed after so many writes of it have arrived."""
        left = after

        def die(verb: str, _: object) -> ApiError | None:
            nonlocal left
            left -= verb in _WRITES
            return Unavailable(503, "Unavailable", "gone") if left < 0 else None

        self.kube.fail = die
        await self.run(self.replica())
        self.kube.fail = lambda _verb, _key: None

    def look(self) -> None:
        """Tell the cache what has happened, as the watches do."""
        for version, event in self.kube.history():
            if version > self._seen:
                self._seen = version
                self._tell(event)

    async def settle(self) -> Outcome:
        """Passes and controllers in turn, until a pass has nothing more to do."""
        for _ in range(12):
            outcome = await self.run()
            moved = await self.move()
            self.seconds += 10
            if not outcome.changed and not moved:
                return await self.run()
        raise AssertionError(f"does not settle: {outcome}")

    async def move(self, kinds: Sequence[str] = ("Deployment", "StatefulSet", "Job")) -> bool:
        """What controllers and kubelet do: everything runs. Tells whether something moved."""
        moved = False
        for kind in kinds:
            for name, found in self.kube.objects(kind).items():
                status = _status(found)
                if found.get("status") != status:
                    await self.kube.patch(KINDS[kind], KEY[0], name, {"status": status}, subresource="status")
                    moved = True
        return moved

    async def status(self) -> dict[str, Any]:
        resee = await self.kube.get(RESEE, *KEY)
        return dict((resee or {}).get("status") or {})

    async def condition(self, kind: str) -> dict[str, Any]:
        found = [item for item in (await self.status()).get("conditions", ()) if item["type"] == kind]
        return dict(found[0]) if found else {}

    def _tell(self, event: WatchEvent) -> None:
        found = event.object
        resource = KINDS[found["kind"]]
        if event.type == "DELETED":
            self.cache.gone(resource, (namespace_of(found), name_of(found)), version_of(found))
        else:
            self.cache.seen(resource, found)


def _status(found: Manifest) -> dict[str, Any]:
    if found["kind"] == "Job":
        return {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}
    wanted = found["spec"].get("replicas", 1)
    counts = ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas")
    status = {"observedGeneration": found["metadata"]["generation"], **dict.fromkeys(counts, wanted)}
    if found["kind"] == "StatefulSet":
        status |= {"currentRevision": "1", "updateRevision": "1"}
    return status
