"""A cluster in memory with the interface of the real one, for tests of the pass.

It keeps the contract of tests/integration/test_client_contract.py, which runs on both: versions, conflicts,
server-side apply with owners of fields, merge patches, lists and watches. It has no controllers: tests move a
Deployment's status themselves. `calls` counts what was asked of it, `fail` makes the next calls fail.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from resee_operator.kube.api import FIELD_MANAGER, Page, Preconditions, WatchEvent
from resee_operator.kube.errors import AlreadyExists, ApiError, Conflict, Gone, NotFound
from resee_operator.kube.merge import Path, merge, merge_patch, paths_of, remove
from resee_operator.kube.resources import KINDS, Manifest, Resource, name_of, namespace_of, resource_of

Key = tuple[str, str, str]
Failure = Callable[[str, Key], ApiError | None]
"""Asked before each call with its verb and key; the error that it returns is raised."""

_WITHOUT_GENERATION = frozenset({"Secret", "ConfigMap", "ServiceAccount", "Lease", "Event"})


class FakeKube:
    """`api.KubeApi` in memory."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.logs: dict[tuple[str, str], str] = {}
        self.fail: Failure = lambda _verb, _key: None
        self._objects: dict[Key, Manifest] = {}
        self._owned: dict[Key, dict[str, set[Path]]] = {}
        self._history: list[tuple[int, WatchEvent]] = []
        self._oldest = 0
        self._versions = itertools.count(1)
        self._version = 0
        self._changed = asyncio.Condition()

    def objects(self, kind: str) -> dict[str, Manifest]:
        """Copies of all objects of a kind, by name."""
        return {key[2]: copy.deepcopy(found) for key, found in self._objects.items() if key[0] == kind}

    def history(self) -> list[tuple[int, WatchEvent]]:
        """Everything that has happened, with its version, oldest first."""
        return list(self._history)

    async def expire_versions(self) -> None:
        """Forget the history, as etcd does when it compacts: watches since an older version are answered
        Gone."""
        self._oldest = self._version
        self._history.clear()
        await self._notify()

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest | None:
        key = self._asked("get", resource, namespace, name)
        return copy.deepcopy(self._objects.get(key))

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        selector: str = "",
        metadata_only: bool = False,
    ) -> AsyncGenerator[Page, None]:
        self._asked("list", resource, namespace or "", "")
        found = [
            _shown(item, metadata_only)
            for key, item in self._objects.items()
            if key[0] == resource.kind and namespace in (None, key[1]) and _matches(item, selector)
        ]
        yield Page(found, str(self._version))

    async def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        since: str,
        selector: str = "",
        metadata_only: bool = False,
    ) -> AsyncGenerator[WatchEvent, None]:
        self._asked("watch", resource, namespace or "", "")
        position = int(since)
        while True:
            if position < self._oldest:
                raise Gone(410, "Expired", f"too old resource version: {position} ({self._oldest})")
            for version, event in list(self._history):
                found = event.object
                here = found["kind"] == resource.kind and namespace in (None, namespace_of(found))
                if version > position and here and _matches(found, selector):
                    yield WatchEvent(event.type, _shown(found, metadata_only))
            position = max(position, self._version)
            await self._news(position)

    async def create(self, manifest: Manifest) -> Manifest:
        key = self._asked("create", resource_of(manifest), namespace_of(manifest), name_of(manifest))
        if key in self._objects:
            raise AlreadyExists(409, "AlreadyExists", f"{key[0]} {key[2]!r} already exists")
        self._owned.setdefault(key, {})[FIELD_MANAGER] = paths_of(manifest)
        return await self._store(key, copy.deepcopy(manifest), "ADDED")

    async def apply(
        self, manifest: Manifest, *, manager: str = FIELD_MANAGER, dry_run: bool = False
    ) -> Manifest:
        key = self._asked(
            "dry-run" if dry_run else "apply",
            resource_of(manifest),
            namespace_of(manifest),
            name_of(manifest),
        )
        before = self._objects.get(key)
        owners = copy.deepcopy(self._owned.get(key, {}))
        wanted = paths_of(manifest)
        result = copy.deepcopy(before) if before else {}
        others = set[Path]().union(*(paths for name, paths in owners.items() if name != manager))
        # An item before its fields: without its key it would not be found.
        for path in sorted(owners.get(manager, set()) - wanted - others, key=len):
            remove(result, path)
        merge(result, copy.deepcopy(manifest))
        if dry_run:
            return result
        self._owned[key] = {name: paths - wanted for name, paths in owners.items()} | {manager: wanted}
        if before is not None and _content(before) == _content(result):
            return copy.deepcopy(before)
        return await self._store(key, result, "MODIFIED" if before else "ADDED")

    async def patch(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        change: Mapping[str, Any],
        *,
        subresource: str | None = None,
    ) -> Manifest:
        key = self._asked("patch", resource, namespace, name)
        before = self._existing(key)
        version = (change.get("metadata") or {}).get("resourceVersion")
        if version and version != before["metadata"]["resourceVersion"]:
            raise Conflict(409, "Conflict", "the object has been modified; please apply your changes to it")
        version = (change.get("metadata") or {}).get("resourceVersion")
        if version and version != before["metadata"]["resourceVersion"]:
            raise Conflict(409, "Conflict", "the object has been modified")
        allowed = {"status": change.get("status")} if subresource == "status" else change
        result = merge_patch(copy.deepcopy(before), allowed)
        if result == before:
            return copy.deepcopy(before)
        return await self._store(key, result, "MODIFIED", status=subresource == "status")

    async def replace(self, manifest: Manifest) -> Manifest:
        key = self._asked("replace", resource_of(manifest), namespace_of(manifest), name_of(manifest))
        before = self._existing(key)
        version = manifest["metadata"].get("resourceVersion")
        if version and version != before["metadata"]["resourceVersion"]:
            raise Conflict(
                409, "Conflict", "the object has been modified; please apply your changes to the latest"
            )
        return await self._store(key, copy.deepcopy(manifest), "MODIFIED")

    async def delete(
        self, resource: Resource, namespace: str, name: str, preconditions: Preconditions | None = None
    ) -> bool:
        key = self._asked("delete", resource, namespace, name)
        if key not in self._objects:
            return False
        metadata = self._objects[key]["metadata"]
        for field, value in (preconditions.body() if preconditions else {}).items():
            if metadata[field] != value:
                raise Conflict(409, "Conflict", f"the {field} in the precondition is not that of the object")
        if metadata.get("finalizers"):
            metadata["deletionTimestamp"] = metadata.get("deletionTimestamp") or "2026-01-01T00:00:00Z"
            await self._record(self._objects[key], "MODIFIED")
            return True
        await self._end(key)
        return True

    async def _end(self, key: Key) -> None:
        found = self._objects.pop(key)
        self._owned.pop(key, None)
        await self._record(found, "DELETED")

    async def log(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
        self._asked("log", KINDS["Pod"], namespace, pod)
        return self.logs.get((pod, f"{container} (previous)" if previous else container), "")

    async def _news(self, position: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._version > position or self._oldest > position)

    def _asked(self, verb: str, resource: Resource, namespace: str, name: str) -> Key:
        key = (resource.kind, namespace, name)
        self.calls[verb] += 1
        error = self.fail(verb, key)
        if error is not None:
            raise error
        return key

    def _existing(self, key: Key) -> Manifest:
        if key not in self._objects:
            raise NotFound(404, "NotFound", f"{key[0]} {key[2]!r} not found")
        return self._objects[key]

    async def _store(self, key: Key, result: Manifest, event: str, *, status: bool = False) -> Manifest:
        before = self._objects.get(key)
        old = before["metadata"] if before else {}
        metadata = result["metadata"]
        metadata["uid"] = old.get("uid") or f"uid-{self._version + 1}"
        if key[0] not in _WITHOUT_GENERATION:
            changed = not status and (before or {}).get("spec") != result.get("spec")
            metadata["generation"] = int(old.get("generation") or 0) + (1 if changed or before is None else 0)
        self._objects[key] = result
        await self._record(result, event)
        answer = copy.deepcopy(result)
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            await self._end(key)
        return answer

    async def _record(self, found: Manifest, event: str) -> None:
        self._version = next(self._versions)
        found["metadata"]["resourceVersion"] = str(self._version)
        self._history.append((self._version, WatchEvent(event, copy.deepcopy(found))))
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _content(found: Manifest) -> Manifest:
    metadata = {
        k: v for k, v in found["metadata"].items() if k not in ("uid", "resourceVersion", "generation")
    }
    return {**found, "metadata": metadata}


def _shown(found: Manifest, metadata_only: bool) -> Manifest:
    shown = {key: found[key] for key in ("apiVersion", "kind", "metadata")} if metadata_only else found
    return copy.deepcopy(shown)


def _matches(found: Manifest, selector: str) -> bool:
    """Equality and inequality, the two operators that the operator uses."""
    labels = found["metadata"].get("labels") or {}
    for term in filter(None, selector.split(",")):
        if "!=" in term:
            name, value = term.split("!=")
            if labels.get(name) == value:
                return False
        else:
            name, value = term.split("=")
            if labels.get(name) != value:
                return False
    return True
