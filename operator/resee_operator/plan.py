"""`resee-operator plan`: the walk of a pass up to its plan, printed field by field. Sends no write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from resee_operator.engine.actions import Action, FieldChange, Plan, Verb
from resee_operator.engine.cache import OURS, Cache
from resee_operator.engine.queue import Key, Queue
from resee_operator.engine.reconcile import Reconciler, Wanted
from resee_operator.engine.snapshot import Snapshot
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import NotFound
from resee_operator.kube.resources import CHILDREN, REQUESTS, RESEE, Manifest, Resource
from resee_operator.stages import Defaults

_LONGEST = 200
_SIGNS = {Verb.CREATE: "+", Verb.CHANGE: "~", Verb.REPLACE: "±", Verb.DELETE: "-"}


async def make(api: KubeApi | None, manifest: Manifest, defaults: Defaults) -> tuple[Wanted, Plan]:
    """The plan for a custom resource as it is written in a file.

    Args:
        api: the cluster to compare with; None compares with nothing.
        manifest: the custom resource; its namespace defaults to `default`.
        defaults: the operator's settings.

    Raises:
        UserError: the spec cannot work.
        ApiError: the cluster cannot be read.
    """
    metadata = {"namespace": "default", "uid": "", **manifest.get("metadata", {})}
    key = (str(metadata["namespace"]), str(metadata["name"]))
    cache = Cache(lambda *_: None)
    resee = {**manifest, "metadata": metadata}
    if api is not None:
        resee = await _read(api, cache, key, resee)
    walk = Reconciler(api or _Nowhere(), cache, Queue(), defaults)  # type: ignore[arg-type]
    return walk.plan(Snapshot(cache, key), resee)


class _Nowhere:
    """No cluster: the walk up to the plan calls none."""


async def _read(api: KubeApi, cache: Cache, key: Key, resee: Manifest) -> Manifest:
    """Fill the cache with the deployment's children, and take identity and pinned version from the
    cluster."""
    for resource in CHILDREN:
        try:
            await _read_children(api, cache, key, resource)
        except NotFound:
            if not resource.optional:
                raise
    for resource in REQUESTS:
        async for page in api.list(resource, key[0]):
            for item in page.items:
                cache.seen(resource, item)
    live = await api.get(RESEE, *key)
    if live is None:
        return resee
    return {**resee, "metadata": live["metadata"], "status": live.get("status") or {}}


async def _read_children(api: KubeApi, cache: Cache, key: Key, resource: Resource) -> None:
    async for page in api.list(resource, key[0], selector=f"{OURS},app.kubernetes.io/instance={key[1]}"):
        for item in page.items:
            cache.seen(resource, item)


def lines(plan: Plan) -> Iterator[str]:
    """The plan for people: what takes several steps, then one line for each object and its fields, old ->
    new."""
    yield from plan.notes
    for action in plan.actions:
        note = "  (restarts its Pods)" if action.restarts else ""
        yield f"{_SIGNS[action.verb]} {action.verb.value} {action.kind}/{action.name}{note}"
        for change in action.fields:
            old, new = (_shown(action, change, value) for value in (change.old, change.new))
            yield f"    {change.path}: {old} -> {new}"
    for refusal in plan.refused:
        yield f"! {refusal.sentence()}"
    yield _summary(plan)


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan for programs."""
    return {
        "actions": [
            {
                "verb": action.verb.value,
                "kind": action.kind,
                "name": action.name,
                "restarts": action.restarts,
                "fields": [
                    {
                        "path": change.path,
                        "old": _shown(action, change, change.old),
                        "new": _shown(action, change, change.new),
                    }
                    for change in action.fields
                ],
            }
            for action in plan.actions
        ],
        "notes": list(plan.notes),
        "refused": [refusal.sentence() for refusal in plan.refused],
    }


def _summary(plan: Plan) -> str:
    if plan.empty:
        return "No changes: everything is as wanted."
    counts = {verb: sum(action.verb is verb for action in plan.actions) for verb in Verb}
    restarted = [f"{action.kind}/{action.name}" for action in plan.actions if action.restarts]
    text = ", ".join(f"{count} to {verb.value}" for verb, count in counts.items() if count)
    return f"{text}; restarts: {', '.join(restarted) or 'none'}."


def _shown(action: Action, change: FieldChange, value: Any) -> str:
    if value is None:
        return "(absent)"
    if action.kind == "Secret" and change.path.startswith(("data", "stringData")):
        return "***"
    text = json.dumps(value, sort_keys=True) if isinstance(value, Mapping | list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
