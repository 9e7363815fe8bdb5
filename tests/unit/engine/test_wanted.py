"""Manifests are built only where they may differ from what was found; nothing that differs is overlooked."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from resee_operator.api import parse
from resee_operator.components import COMPONENTS, Facts, Manifest, config
from resee_operator.engine.actions import Plan
from resee_operator.engine.snapshot import Snapshot
from resee_operator.engine.wanted import Draft, Planner, origin_of
from resee_operator.kube.resources import KINDS, RESEE
from resee_operator.operations import Course, steer
from resee_operator.stages import Resolved, resolve
from tests.support.deployments import facts_of, resolved_of
from tests.unit.engine.world import DEFAULTS, KEY, World

RESOLVED = resolved_of(
    stage="Production",
    notifications={"slack": {"secretName": "slack", "key": "webhook"}},
    tls={"issuer": {"kind": "Issuer", "name": "ca"}},
    host="resee.example",
)
FACTS = facts_of(RESOLVED)
ORIGIN = origin_of(Course(RESOLVED), FACTS)

Change = Callable[[World], Awaitable[Any]]


class Counting:
    """A component that counts how often its objects are asked for."""

    NAME, CONDITION = config.NAME, config.CONDITION
    health = staticmethod(config.health)

    def __init__(self) -> None:
        self.built = 0

    def objects(self, resolved: Resolved, facts: Facts) -> list[Manifest]:
        self.built += 1
        return config.objects(resolved, facts)


class Settled:
    """A deployment in sync, and a planner that has found it so."""

    def __init__(self) -> None:
        self.world = World()
        self.counting = Counting()
        self.planner = Planner([self.counting, *(part for part in COMPONENTS if part is not config)])

    async def settle(self) -> None:
        await self.world.create()
        await self.world.settle()
        assert self.plan().empty

    def plan(self, planner: Planner | None = None) -> Plan:
        """What the planner makes of the cluster as it is."""
        return self.draft(planner).plan

    def draft(self, planner: Planner | None = None) -> Draft:
        """The same with what it was made of."""
        self.world.look()
        live = Snapshot(self.world.cache, KEY)
        assert live.resee is not None
        found, version = parse(live.resee), (live.resee.get("status") or {}).get("version")
        resolved = resolve("demo", KEY[0], found.metadata.uid, found.spec, DEFAULTS, version)
        course = steer(resolved, live, self.world.now())
        data = {name: live.secret(name) for name in resolved.secret_names}
        facts = Facts({name: values for name, values in data.items() if values is not None})
        return (planner or self.planner).plan(course, facts, live)


@pytest.fixture
async def settled() -> Settled:
    found = Settled()
    await found.settle()
    return found


def otherwise(value: Any) -> Iterator[tuple[str, Any]]:
    """Each field of a dataclass by its path, with the dataclass as it is when that field alone is another."""
    for field in fields(value):
        inner = getattr(value, field.name)
        part = inner[0] if isinstance(inner, tuple) and inner else inner
        if not is_dataclass(part):
            yield field.name, replace(value, **{field.name: ["another", inner]})
            continue
        for path, changed in otherwise(part):
            held = changed if part is inner else (changed, *inner[1:])
            yield f"{field.name}.{path}", replace(value, **{field.name: held})


def test_each_field_of_what_is_resolved_counts() -> None:
    origins = {path: origin_of(Course(changed), FACTS) for path, changed in otherwise(RESOLVED)}

    assert {"name", "images.backend", "web.pods.resources.cpu_request", "workers.queues"} <= origins.keys()
    assert [path for path, origin in origins.items() if origin == ORIGIN] == []
    assert len(set(origins.values())) == len(origins)


def test_each_value_of_each_secret_counts() -> None:
    for name, data in FACTS.secrets.items():
        for key in data:
            changed = {**FACTS.secrets, name: {**data, key: "another"}}
            assert origin_of(Course(RESOLVED), Facts(changed)) != ORIGIN, f"{name} {key}"


def test_what_operations_want_counts() -> None:
    assert origin_of(Course(RESOLVED, objects=({"kind": "Job"},)), FACTS) != ORIGIN


def test_the_same_gives_the_same_origin() -> None:
    assert origin_of(Course(replace(RESOLVED)), Facts(dict(reversed(list(FACTS.secrets.items()))))) == ORIGIN


def web(change: dict[str, Any], kind: str = "Deployment", **options: Any) -> Change:
    """A patch of one of web's objects."""
    return lambda world: world.kube.patch(KINDS[kind], KEY[0], "demo-web", change, **options)


def foreign(**metadata: Any) -> Change:
    """Somebody's ConfigMap with the deployment's labels."""
    labels = {"app.kubernetes.io/instance": "demo"}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap"}
    where = {"name": "theirs", "namespace": KEY[0], "labels": labels, **metadata}
    return lambda world: world.kube.create({**manifest, "metadata": where})


async def test_status_of_a_child_builds_nothing(settled: Settled) -> None:
    before = settled.counting.built
    for ready in range(3):
        await web({"status": {"readyReplicas": ready}}, subresource="status")(settled.world)

        assert settled.plan().empty
    assert settled.counting.built == before


@pytest.mark.parametrize(
    "change",
    [
        web({"spec": {"minReadySeconds": 7}}),
        web({"spec": {"revisionHistoryLimit": 9}}),
        web({"metadata": {"labels": {"app.kubernetes.io/managed-by": "me"}}}),
        web({"metadata": {"annotations": {"resee.io/applied": "x"}}}),
        web({"metadata": {"ownerReferences": []}}),
        web({"spec": {"ports": []}}, "Service"),
        lambda world: world.kube.delete(KINDS["Service"], KEY[0], "demo-web"),
        lambda world: world.edit(logLevel="DEBUG"),
        lambda world: world.kube.patch(KINDS["Secret"], KEY[0], "demo-redis", {"data": {"uri": "eA=="}}),
        foreign(),
    ],
    ids=["foreign-field", "field", "label", "digest", "owner", "service", "gone", "spec", "secret", "new"],
)
async def test_anything_else_is_looked_at(settled: Settled, change: Change) -> None:
    before = settled.counting.built
    await change(settled.world)
    plan = settled.plan()

    assert settled.counting.built == before + 1
    assert plan == settled.plan(Planner())


async def test_object_of_others_that_becomes_ours_is_an_orphan(settled: Settled) -> None:
    await foreign()(settled.world)
    assert settled.plan().empty
    uid = settled.world.kube.objects(RESEE.kind)["demo"]["metadata"]["uid"]
    owners = {"metadata": {"ownerReferences": [{"uid": uid}]}}
    await settled.world.kube.patch(KINDS["ConfigMap"], KEY[0], "theirs", owners)

    assert [action.sentence() for action in settled.plan().actions] == ["delete ConfigMap/theirs"]


async def test_pass_that_wrote_everything_spares_the_next_one_the_building(settled: Settled) -> None:
    await settled.world.edit(logLevel="DEBUG")
    draft = settled.draft()
    await settled.world.run()
    before = settled.counting.built
    settled.planner.confirm(draft, Snapshot(settled.world.cache, KEY))

    assert settled.plan().empty
    assert settled.counting.built == before


async def test_change_by_others_while_a_pass_writes_is_seen(settled: Settled) -> None:
    await settled.world.edit(logLevel="DEBUG")
    draft = settled.draft()
    await settled.world.run()
    await web({"spec": {"revisionHistoryLimit": 9}})(settled.world)
    settled.world.look()
    settled.planner.confirm(draft, Snapshot(settled.world.cache, KEY))

    assert [action.repair for action in settled.plan().actions] == [True]


async def test_forgotten_deployment_is_looked_at_anew(settled: Settled) -> None:
    before = settled.counting.built
    settled.planner.forget(KEY)

    assert settled.plan().empty
    assert settled.counting.built == before + 1


STEPS: list[Change] = [
    web({"status": {"readyReplicas": 0}}, subresource="status"),
    web({"status": {"readyReplicas": 1}}, subresource="status"),
    web({"spec": {"revisionHistoryLimit": 9}}),
    web({"spec": {"minReadySeconds": 7}}),
    web({"metadata": {"annotations": {"mine": "x"}}}),
    lambda world: world.edit(web={"concurrency": 7}),
    lambda world: world.edit(web={"concurrency": 8}),
    lambda world: world.edit(nginx={"replicas": 2}),
    lambda world: world.kube.delete(KINDS["NetworkPolicy"], KEY[0], "demo-beat"),
    lambda world: world.kube.patch(KINDS["Secret"], KEY[0], "demo-app", {"data": {"SECRET_KEY": "eA=="}}),
    lambda world: world.run(),
    lambda world: world.move(),
]


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_the_plan_is_that_of_a_planner_without_memory(
    settled: Settled, seed: int
) -> None:
    # The same steps in every run.
    choose = random.Random(seed)
    for number in range(20):
        step = choose.choice(STEPS)
        if settled.world.kube.objects("NetworkPolicy").get("demo-beat") or step is not STEPS[8]:
            await step(settled.world)

        assert settled.plan() == settled.plan(Planner()), number
