"""`resee-operator plan`: the walk of a pass up to its plan, for a custom resource as a file has it.

Stores nothing: what a change would take away of an object, the API server is asked by dry runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from resee_operator.engine.actions import COMPONENT, Action, FieldChange, Plan, Verb
from resee_operator.engine.cache import OURS, Cache
from resee_operator.engine.diff import compare, digest_of
from resee_operator.engine.queue import Key, Queue
from resee_operator.engine.reconcile import Reconciler
from resee_operator.engine.snapshot import Snapshot, decode_secret
from resee_operator.engine.trim import OWNS_REPLICAS
from resee_operator.engine.wanted import Wanted
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError, NotFound
from resee_operator.kube.resources import CHILDREN, KINDS, REQUESTS, RESEE, Manifest, Resource
from resee_operator.stages import Defaults

_OPERATOR = "app.kubernetes.io/component=operator,app.kubernetes.io/managed-by=Helm"
_LEASE = "RESEE_LEASE_NAME"


@dataclass(frozen=True)
class Preview:
    """What would be done.

    Args:
        plan: the actions, in order.
        pods: names of the Pods that run now, by the label of their component.
        inexact: why fields that would be taken away may be missing from it; empty where none are.
    """

    plan: Plan
    pods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inexact: str = ""

    def restarted(self, action: Action) -> tuple[str, ...]:
        """Names of the Pods that an action replaces."""
        return self.pods.get(action.component, ()) if action.restarts else ()


async def make(api: KubeApi | None, manifest: Manifest, defaults: Defaults) -> tuple[Wanted, Preview]:
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
    if api is None:
        walk = Reconciler(_Nowhere(), cache, Queue(), defaults)  # type: ignore[arg-type]
        wanted, plan = walk.plan(Snapshot(cache, key), resee)
        return wanted, Preview(plan)
    resee = await _read(api, cache, key, resee)
    walk, snapshot = Reconciler(api, cache, Queue(), defaults), Snapshot(cache, key)
    wanted, _ = walk.plan(snapshot, resee)
    snapshot.add_secrets(await _named(api, snapshot, wanted.resolved.secret_names))
    wanted, plan = walk.plan(snapshot, resee)
    actions, inexact = [], ""
    for action in plan.actions:
        try:
            actions.append(await _with_removals(api, action))
        except ApiError as error:
            actions.append(action)
            inexact = f"the API server does not answer dry runs ({error})"
    return wanted, Preview(replace(plan, actions=tuple(actions)), _pods(snapshot), inexact)


async def operator_settings(api: KubeApi) -> dict[str, str]:
    """The RESEE_ variables of the operator that the chart installed, empty where none can be found.

    Images and versions that a spec leaves open come from them.
    """
    try:
        async for page in api.list(KINDS["Deployment"], selector=_OPERATOR):
            for found in page.items:
                (container, *_) = found["spec"]["template"]["spec"]["containers"]
                given = {item["name"]: item.get("value", "") for item in container.get("env", ())}
                if _LEASE in given:
                    ours = {name: text for name, text in given.items() if name.startswith("RESEE_") and text}
                    return {**ours, "RESEE_LEASE_NAMESPACE": str(found["metadata"]["namespace"])}
    except ApiError:
        # Who may look at one namespace only plans with the settings of his own environment.
        return {}
    return {}


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


async def _named(api: KubeApi, snapshot: Snapshot, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Data of the Secrets that are not ours: their checksums decide which Pods roll."""
    found = {name: await api.get(KINDS["Secret"], snapshot.key[0], name) for name in names}
    return {name: decode_secret(secret) for name, secret in found.items() if secret is not None}


async def _with_removals(api: KubeApi, action: Action) -> Action:
    """The action with the fields that the new manifest no longer names, and so are taken away."""
    if action.verb is not Verb.CHANGE or action.live is None:
        return action
    live = {name: value for name, value in action.live.items() if name != OWNS_REPLICAS}
    if digest_of(live) == digest_of(action.manifest):
        return action
    answer = await api.apply(action.manifest, dry_run=True)
    gone = [FieldChange(lost.path, lost.new, None) for lost in compare(live, answer) if lost.old is None]
    known = {change.path for change in action.fields}
    return replace(action, fields=(*action.fields, *(lost for lost in gone if lost.path not in known)))


def _pods(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for pod in snapshot.all_pods():
        label = str((pod["metadata"].get("labels") or {}).get(COMPONENT, ""))
        found.setdefault(label, []).append(str(pod["metadata"]["name"]))
    return {label: tuple(sorted(names)) for label, names in found.items()}
