"""Carries a plan out: server-side apply of whole manifests, deletions with the uid as precondition.

Objects of one wave are written at the same time (the connection bounds the calls in flight); the next wave
begins when all are written. One object's error does not keep the others from being written.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resee_operator.engine.actions import Action, FieldChange, Verb
from resee_operator.engine.cache import Cache
from resee_operator.engine.diff import compare
from resee_operator.engine.trim import OWNS_REPLICAS
from resee_operator.kube.api import KubeApi, Preconditions
from resee_operator.kube.errors import ApiError, Conflict, Invalid, NotFound
from resee_operator.kube.merge import merge_patch
from resee_operator.kube.resources import KINDS, Manifest, namespace_of, resource_of
from resee_operator.operations import Live, StatusWrite

HANDOVER = "resee-operator-handover"
"""Field manager that holds spec.replicas from the moment we leave it out until an autoscaler writes it.
Without it server-side apply would set the number back to 1."""

_WORKLOADS = frozenset({"StatefulSet", "Deployment", "Job", "CronJob", "Pod"})


@dataclass
class Applied:
    """What became of a plan.

    Args:
        done: the actions that were carried out.
        failed: those that were not, each with its error.
        altered: fields that the server, or an admission webhook, stored otherwise than we wrote them.
    """

    done: list[Action] = field(default_factory=list)
    failed: list[tuple[Action, ApiError]] = field(default_factory=list)
    altered: list[tuple[Action, FieldChange]] = field(default_factory=list)


class Applier:
    """Writes to the cluster and tells the cache the answers."""

    def __init__(self, api: KubeApi, cache: Cache) -> None:
        self._api = api
        self._cache = cache

    async def apply(self, actions: Iterable[Action]) -> Applied:
        """Carry out actions that are in order.

        Raises:
            NotLeader: this replica may no longer write; what was done until then stays.
        """
        result = Applied()
        for _, wave in itertools.groupby(actions, key=_wave):
            ends = await asyncio.gather(
                *(self._carry_out(action, result) for action in wave), return_exceptions=True
            )
            for end in ends:
                if isinstance(end, BaseException):
                    raise end
        return result

    async def write_statuses(self, live: Live, writes: Iterable[StatusWrite]) -> None:
        """Let the statuses of requests say what an operation came to; what they say already is not sent.

        Raises:
            ApiError: the cluster did not let us. A request that is gone is left alone.
        """
        for write in writes:
            found = live.get(write.kind, write.name)
            if found is None or _says(found.get("status") or {}, write.change):
                continue
            resource, namespace = KINDS[write.kind], namespace_of(found)
            change = {"status": dict(write.change)}
            try:
                answer = await self._api.patch(resource, namespace, write.name, change, subresource="status")
            except NotFound:
                continue
            self._cache.written(resource, answer)

    async def _carry_out(self, action: Action, result: Applied) -> None:
        try:
            if action.verb is Verb.DELETE:
                await self._delete(action)
            elif action.verb is Verb.REPLACE:
                # Made anew by the pass that its DELETED event brings: until then the name is taken.
                await self._delete(action)
            else:
                answer = await self._write(action)
                result.altered += [(action, change) for change in compare(action.manifest, answer)]
                self._cache.written(resource_of(answer), answer)
            result.done.append(action)
        except ApiError as error:
            result.failed.append((action, error))

    async def _delete(self, action: Action) -> None:
        resource, namespace = KINDS[action.kind], namespace_of(action.manifest)
        try:
            await self._api.delete(resource, namespace, action.name, Preconditions(uid=action.uid))
        except Conflict:
            # Another object of that name by now; its event brings the next pass.
            return

    async def _write(self, action: Action) -> Manifest:
        if action.verb is Verb.CHANGE:
            await self._hand_over_replicas(action)
        try:
            return await self._api.apply(action.manifest)
        except Invalid as error:
            remedy = _clearing(action, error)
            if remedy is None:
                raise
            await self._api.patch(KINDS[action.kind], namespace_of(action.manifest), action.name, remedy)
            return await self._api.apply(action.manifest)

    async def _hand_over_replicas(self, action: Action) -> None:
        live = action.live
        if live is None or not live.get(OWNS_REPLICAS) or "replicas" in action.manifest["spec"]:
            return
        metadata = {"name": action.name, "namespace": namespace_of(action.manifest)}
        # An autoscaler never wakes a Deployment that has been scaled to nothing.
        replicas = {"replicas": max(1, live["spec"]["replicas"])}
        part = {"apiVersion": live["apiVersion"], "kind": action.kind, "metadata": metadata, "spec": replicas}
        await self._api.apply(part, manager=HANDOVER)


def _clearing(action: Action, error: Invalid) -> dict[str, Any] | None:
    """A merge patch that takes away what somebody else wrote and what cannot stand beside our fields, if
    that is it."""
    if "ownerReferences" in error.message:
        # Somebody else made himself the controller; there can be one only.
        return {"metadata": {"ownerReferences": action.manifest["metadata"].get("ownerReferences")}}
    if "strategy" in error.message and action.kind == "Deployment":
        # Parameters of another type of strategy.
        return {"spec": {"strategy": {"rollingUpdate": None, **action.manifest["spec"]["strategy"]}}}
    return None


def _says(status: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    """Whether a merge patch would change nothing."""
    return bool(merge_patch(copy.deepcopy(dict(status)), dict(change)) == status)


def _wave(action: Action) -> int:
    """0: what Pods read, 1: what makes Pods, 2: deletions."""
    if action.verb is Verb.DELETE:
        return 2
    return 1 if action.kind in _WORKLOADS else 0
