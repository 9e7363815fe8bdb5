"""Our finalizer on the custom resource: there where a deletion has to wait for us, and nowhere else."""

from __future__ import annotations

import logging

from resee_operator.engine.apply import Applied
from resee_operator.engine.cache import Cache
from resee_operator.engine.queue import Key
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import Conflict, Forbidden, NotFound
from resee_operator.kube.resources import RESEE, Manifest

log = logging.getLogger(__name__)

FINALIZER = "resee.io/last-backup"

_NAMESPACE_ENDS = "is being terminated"
"""What the API server says to whoever wants to create something in a namespace that is being deleted."""


class Finalizer:
    """Puts it on and takes it off; the finalizers of others stay."""

    def __init__(self, api: KubeApi, cache: Cache) -> None:
        self._api = api
        self._cache = cache

    async def keep(self, key: Key, wanted: bool | None) -> None:
        """Let the custom resource have it, or not; None changes nothing.

        Raises:
            ApiError: the cluster did not let us.
        """
        resee = self._cache.resee(key)
        if resee is None or wanted is None:
            return
        metadata = resee["metadata"]
        held = list(metadata.get("finalizers") or ())
        if (FINALIZER in held) == wanted or (wanted and metadata.get("deletionTimestamp")):
            return
        others = [name for name in held if name != FINALIZER]
        change = {
            "finalizers": [*others, FINALIZER] if wanted else others,
            # Another one who writes finalizers at this moment is not overwritten.
            "resourceVersion": metadata["resourceVersion"],
        }
        try:
            answer = await self._api.patch(RESEE, *key, {"metadata": change})
        except NotFound:
            return
        except Conflict:
            # Its event brings the next pass.
            return
        self._cache.written(RESEE, answer)


def goes(resee: Manifest) -> bool:
    """Whether it is being deleted and nothing of ours holds it."""
    metadata = resee["metadata"]
    return bool(metadata.get("deletionTimestamp")) and FINALIZER not in (metadata.get("finalizers") or ())


def ends_with_its_namespace(resee: Manifest, applied: Applied) -> bool:
    """Whether the whole namespace is being deleted: then no backup can be made any more, the data goes
    whatever we do, and to hold the namespace would help nobody."""
    ends = bool(resee["metadata"].get("deletionTimestamp")) and any(
        isinstance(error, Forbidden) and _NAMESPACE_ENDS in error.message for _, error in applied.failed
    )
    if ends:
        metadata = resee["metadata"]
        log.error(
            "%s/%s goes without its last backup: its namespace is being deleted, and the data with it",
            metadata["namespace"],
            metadata["name"],
        )
    return ends
