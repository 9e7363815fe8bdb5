"""The interface of a cluster: what the engine may ask of it. client.py and fake.py both have it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from resee_operator.kube.resources import Manifest, Resource

FIELD_MANAGER = "resee-operator"
"""Name under which the API server records the fields that the operator owns. Never changes: it is the memory
of what to remove when a field is no longer desired."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Args:
        items: objects as they are.
        version: the resourceVersion of the whole list; on the last page for certain.
        gone: objects of former pages that have gone since.
    """

    items: list[Manifest]
    version: str
    gone: tuple[Manifest, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One event of a watch: type is ADDED, MODIFIED, DELETED or BOOKMARK."""

    type: str
    object: Manifest


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What must still be true of the object when the server carries the call out."""

    uid: str | None = None
    resource_version: str | None = None

    def body(self) -> dict[str, str]:
        values = {"uid": self.uid, "resourceVersion": self.resource_version}
        return {key: value for key, value in values.items() if value is not None}


class KubeApi(Protocol):
    """A cluster. Every method raises `errors.ApiError`; writes also `errors.NotLeader`."""

    async def get(self, resource: Resource, namespace: str, name: str) -> Manifest | None:
        """The object, or None where it does not exist."""

    def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        selector: str = "",
        metadata_only: bool = False,
    ) -> AsyncGenerator[Page, None]:
        """All objects of a kind (namespace None: of all namespaces), page by page."""

    def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        since: str,
        selector: str = "",
        metadata_only: bool = False,
    ) -> AsyncGenerator[WatchEvent, None]:
        """Events after resourceVersion `since`; ends when the server ends the stream, raises Gone when too
        old."""

    async def create(self, manifest: Manifest) -> Manifest:
        """Create an object; raises AlreadyExists where one of that name stands."""

    async def apply(
        self, manifest: Manifest, *, manager: str = FIELD_MANAGER, dry_run: bool = False
    ) -> Manifest:
        """Server-side apply with force: the fields of the manifest become ours, the rest stays as it is."""

    async def patch(
        self,
        resource: Resource,
        namespace: str,
        name: str,
        change: Mapping[str, Any],
        *,
        subresource: str | None = None,
    ) -> Manifest:
        """JSON merge patch of an object or of a subresource of it (`status`, `scale`); raises Conflict where
        it names a resourceVersion that has moved on."""

    async def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object; raises Conflict where its resourceVersion has moved on."""

    async def delete(
        self, resource: Resource, namespace: str, name: str, preconditions: Preconditions | None = None
    ) -> bool:
        """Delete with background propagation. False where there was nothing to delete."""

    async def log(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
        """The last line that a container wrote, empty where there is none."""
