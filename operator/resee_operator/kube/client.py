"""The real cluster: each verb of the interface as one HTTP call with a JSON body."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import orjson

from resee_operator.kube.api import FIELD_MANAGER, Page, Preconditions, WatchEvent
from resee_operator.kube.connection import APPLY_PATCH, JSON, MERGE_PATCH, Connection
from resee_operator.kube.errors import Invalid, NotFound, error_of
from resee_operator.kube.resources import KINDS, Manifest, Resource, name_of, namespace_of, resource_of

_METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

PAGE = 100
"""Objects on one page of a list. 500 are listed no faster, and a decoded page stands in memory as a whole:
what is kept of it lies between what is not, so that the memory does not go back to the system."""

STREAMED_PAGE = 20
"""Objects of a streamed list that are handed on together: as few as do not cost time."""

WATCH_SECONDS = 290
"""Length of one watch request; the server's own limit lies between 30 and 60 minutes, proxies' at 5."""

LOG_BYTES = 4096
"""Upper bound of what is read of a container's log for its last line."""


class KubeClient:
    """`api.KubeApi` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._streams_lists = True

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest | None:
        try:
            return _decode(await self._connection.request("GET", resource.path(namespace, name)))
        except NotFound:
            return None

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        selector: str = "",
        metadata_only: bool = False,
    ) -> AsyncGenerator[Page, None]:
        if self._streams_lists and resource.watched:
            try:
                async with aclosing(self._streamed(resource, namespace, selector, metadata_only)) as pages:
                    async for page in pages:
                        yield page
            except Invalid:
                # A server before 1.32, or one whose administrator has turned it off.
                self._streams_lists = False
            else:
                return
        async for page in self._paged(resource, namespace, selector, metadata_only):
            yield page

    async def _streamed(
        self, resource: Resource, namespace: str | None, selector: str, metadata_only: bool
    ) -> AsyncGenerator[Page, None]:
        """A list as a watch that begins with everything: no page has to be built, on either side."""
        items: list[Manifest] = []
        options = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
        async with aclosing(self._events(resource, namespace, selector, metadata_only, options)) as events:
            async for event in events:
                if event.type == "BOOKMARK":
                    yield Page(items, str(event.object["metadata"]["resourceVersion"]))
                    return
                if event.type == "DELETED":
                    # What happens while the beginning is sent comes in between.
                    yield Page(items, "", (event.object,))
                    items = []
                    continue
                items.append(event.object)
                if len(items) == STREAMED_PAGE:
                    yield Page(items, "")
                    items = []

    async def _paged(
        self, resource: Resource, namespace: str | None, selector: str, metadata_only: bool
    ) -> AsyncGenerator[Page, None]:
        accept = f"{_METADATA_LIST},{JSON}" if metadata_only else JSON
        params = {"limit": str(PAGE)} | ({"labelSelector": selector} if selector else {})
        while True:
            path = resource.path(namespace)
            body = _decode(await self._connection.request("GET", path, params=params, accept=accept))
            metadata = body["metadata"]
            items = body.pop("items") or []
            for item in items:
                # A list leaves out of its items what it says once itself.
                item["kind"] = resource.kind
                item["apiVersion"] = resource.api_version
            # The metrics API has no versions.
            yield Page(items, str(metadata.get("resourceVersion", "")))
            del items, body
            if not metadata.get("continue"):
                return
            params["continue"] = metadata["continue"]

    async def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        since: str,
        selector: str = "",
        metadata_only: bool = False,
    ) -> AsyncGenerator[WatchEvent, None]:
        options = {"resourceVersion": since, "timeoutSeconds": str(WATCH_SECONDS)}
        async with aclosing(self._events(resource, namespace, selector, metadata_only, options)) as events:
            async for event in events:
                yield event

    async def _events(
        self,
        resource: Resource,
        namespace: str | None,
        selector: str,
        metadata_only: bool,
        options: Mapping[str, str],
    ) -> AsyncGenerator[WatchEvent, None]:
        params = {"watch": "1", "allowWatchBookmarks": "true", **options}
        if selector:
            params["labelSelector"] = selector
        accept = f"{_METADATA},{JSON}" if metadata_only else JSON
        async with self._connection.stream(resource.path(namespace), params, accept) as lines:
            async for line in lines:
                event = orjson.loads(line)
                found = event["object"]
                if event["type"] == "ERROR":
                    raise error_of(int(found.get("code") or 500), found)
                found["kind"], found["apiVersion"] = resource.kind, resource.api_version
                yield WatchEvent(event["type"], found)

    async def create(self, manifest: Manifest) -> Manifest:
        path = resource_of(manifest).path(namespace_of(manifest))
        params = {"fieldManager": FIELD_MANAGER}
        return _decode(await self._connection.request("POST", path, params=params, body=manifest))

    async def apply(
        self, manifest: Manifest, *, manager: str = FIELD_MANAGER, dry_run: bool = False
    ) -> Manifest:
        path = resource_of(manifest).path(namespace_of(manifest), name_of(manifest))
        params = {"fieldManager": manager, "force": "true"} | ({"dryRun": "All"} if dry_run else {})
        return _decode(
            await self._connection.request(
                "PATCH", path, params=params, body=manifest, content_type=APPLY_PATCH
            )
        )

    async def patch(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        change: Mapping[str, Any],
        *,
        subresource: str | None = None,
    ) -> Manifest:
        path = resource.path(namespace, name, subresource)
        params = {"fieldManager": FIELD_MANAGER}
        return _decode(
            await self._connection.request(
                "PATCH", path, params=params, body=change, content_type=MERGE_PATCH
            )
        )

    async def replace(self, manifest: Manifest) -> Manifest:
        path = resource_of(manifest).path(namespace_of(manifest), name_of(manifest))
        return _decode(await self._connection.request("PUT", path, body=manifest))

    async def delete(
        self, resource: Resource, namespace: str, name: str, preconditions: Preconditions | None = None
    ) -> bool:
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
        }
        if preconditions is not None:
            body["preconditions"] = preconditions.body()
        try:
            await self._connection.request("DELETE", resource.path(namespace, name), body=body)
        except NotFound:
            return False
        return True

    async def log(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
        params = {"container": container, "tailLines": "1", "limitBytes": str(LOG_BYTES)}
        if previous:
            params["previous"] = "true"
        path = KINDS["Pod"].path(namespace, pod, "log")
        data = await self._connection.request("GET", path, params=params, accept="*/*")
        return data.decode(errors="replace").strip()


def _decode(data: bytes) -> Manifest:
    decoded: Manifest = orjson.loads(data)
    return decoded
