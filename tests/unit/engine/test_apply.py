"""Carrying a plan out: order, errors of single objects, and the remedies for what cannot stand side by
side."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.engine.actions import Action, Verb
from resee_operator.engine.apply import HANDOVER, Applier
from resee_operator.engine.cache import Cache
from resee_operator.engine.diff import plan_object, stamp
from resee_operator.engine.snapshot import Snapshot
from resee_operator.engine.trim import OWNS_REPLICAS
from resee_operator.kube.errors import ApiError, Invalid, NotLeader
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.resources import KINDS

KEY = ("default", "demo")


@pytest.fixture
def kube() -> FakeKube:
    return FakeKube()


@pytest.fixture
def cache() -> Cache:
    return Cache(lambda *_: None)


def manifest(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/instance": "demo"}
    metadata = {"name": name, "namespace": "default", "labels": labels}
    return {"apiVersion": KINDS[kind].api_version, "kind": kind, "metadata": metadata, "spec": spec}


def create(kind: str, name: str) -> Action:
    return Action(Verb.CREATE, kind, name, stamp(manifest(kind, name)))


async def test_answers_enter_the_cache(kube: FakeKube, cache: Cache) -> None:
    await Applier(kube, cache).apply([create("Service", "demo-web")])

    assert Snapshot(cache, KEY).get("Service", "demo-web") is not None


async def test_what_pods_read_is_written_before_the_pods(kube: FakeKube, cache: Cache) -> None:
    order: list[str] = []

    def note(_verb: str, key: tuple[str, str, str]) -> ApiError | None:
        order.append(key[0])
        return None

    kube.fail = note
    await Applier(kube, cache).apply(
        [create("ConfigMap", "a"), create("Service", "b"), create("Deployment", "c")]
    )

    assert order[-1] == "Deployment"


async def test_error_of_one_object_does_not_keep_the_others(kube: FakeKube, cache: Cache) -> None:
    def refuse(_verb: str, key: tuple[str, str, str]) -> ApiError | None:
        return Invalid(422, "Invalid", "no") if key[2] == "b" else None

    kube.fail = refuse
    result = await Applier(kube, cache).apply(
        [create("ConfigMap", "a"), create("Service", "b"), create("Job", "c")]
    )

    assert [action.name for action in result.done] == ["a", "c"]
    assert [(action.name, error.status) for action, error in result.failed] == [("b", 422)]


async def test_lost_lease_stops_everything(kube: FakeKube, cache: Cache) -> None:
    def lost(_verb: str, key: tuple[str, str, str]) -> ApiError | None:
        raise NotLeader

    kube.fail = lost
    with pytest.raises(NotLeader):
        await Applier(kube, cache).apply([create("ConfigMap", "a"), create("Deployment", "b")])
    assert kube.calls["apply"] == 1


async def test_deletion_spares_an_object_of_the_same_name(kube: FakeKube, cache: Cache) -> None:
    await kube.create(manifest("Service", "demo-web"))
    result = await Applier(kube, cache).apply(
        [Action(Verb.DELETE, "Service", "demo-web", manifest("Service", "demo-web"), uid="another")]
    )

    assert result.failed == []
    assert "demo-web" in kube.objects("Service")


async def test_number_of_pods_is_handed_over_to_the_autoscaler(kube: FakeKube, cache: Cache) -> None:
    before = stamp(manifest("Deployment", "demo-web", replicas=6, paused=False))
    live = await kube.apply(before)
    live[OWNS_REPLICAS] = True
    action, _ = plan_object(stamp(manifest("Deployment", "demo-web", paused=False)), live)
    assert action is not None
    await Applier(kube, cache).apply([action])

    assert kube.objects("Deployment")["demo-web"]["spec"]["replicas"] == 6
    assert HANDOVER.startswith("resee-operator")


async def test_without_the_handover_the_number_would_be_lost(kube: FakeKube) -> None:
    await kube.apply(manifest("Deployment", "demo-web", replicas=6))
    await kube.apply(manifest("Deployment", "demo-web"))

    assert "replicas" not in kube.objects("Deployment")["demo-web"]["spec"]


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("metadata.ownerReferences: Only one reference can have Controller set to true", {"metadata"}),
        (
            "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy type is Recreate",
            {"spec"},
        ),
    ],
)
async def test_what_cannot_stand_beside_ours_is_taken_away(
    kube: FakeKube, cache: Cache, message: str, remedy: set[str]
) -> None:
    wanted = stamp(manifest("Deployment", "demo-beat", strategy={"type": "Recreate"}))
    await kube.create(wanted)
    patched: list[str] = []

    def refuse_once(verb: str, _key: tuple[str, str, str]) -> ApiError | None:
        if verb == "patch":
            patched.append(verb)
        return Invalid(422, "Invalid", message) if verb == "apply" and not patched else None

    kube.fail = refuse_once
    result = await Applier(kube, cache).apply([Action(Verb.CHANGE, "Deployment", "demo-beat", wanted)])

    assert patched == ["patch"], remedy
    assert [action.name for action in result.done] == ["demo-beat"]


async def test_what_the_server_stores_otherwise_is_told(kube: FakeKube, cache: Cache) -> None:
    class Webhook(FakeKube):
        """Alters what it stores."""

        async def apply(self, manifest: dict[str, Any], **options: Any) -> dict[str, Any]:
            answer = await super().apply(manifest, **options)
            answer["spec"]["replicas"] = 99
            return answer

    wanted = stamp(manifest("Deployment", "demo-web", replicas=1))
    result = await Applier(Webhook(), cache).apply([Action(Verb.CREATE, "Deployment", "demo-web", wanted)])

    assert [change.path for _, change in result.altered] == ["spec.replicas"]
