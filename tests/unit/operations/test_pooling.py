"""PgBouncer is there before web and workers go through it, and after."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.kube.resources import KINDS
from tests.unit.engine.jobs import pod_of
from tests.unit.engine.world import KEY, World

ON = {"pooler": {"enabled": True, "instances": 2}}
OFF = {"pooler": None}
USERS = ("demo-web", "demo-worker-all")


async def running(**database: Any) -> World:
    world = World(database=database)
    await world.create()
    await world.settle()
    return world


def through(world: World) -> dict[str, str | None]:
    """By which place web and workers are told to reach the database, None where by the server's."""
    found = {}
    for name in USERS:
        (container,) = world.kube.objects("Deployment")[name]["spec"]["template"]["spec"]["containers"]
        variables = {item["name"]: item.get("value") for item in container["env"]}
        found[name] = variables.get("DATABASE_POOLER")
    return found


DIRECT = dict.fromkeys(USERS)
POOLED = dict.fromkeys(USERS, "demo-pooler:5432")


def poolers(world: World) -> list[str]:
    """What there is of it."""
    return [
        kind
        for kind in ("ConfigMap", "Service", "Deployment", "NetworkPolicy", "PodDisruptionBudget")
        if "demo-pooler" in world.kube.objects(kind)
    ]


async def passes(world: World) -> None:
    for _ in range(4):
        await world.run()
        world.seconds += 6


async def runs(world: World, name: str, ready: int = 2) -> None:
    """The controller of one Deployment has done its work."""
    found = world.kube.objects("Deployment")[name]
    count = found["spec"]["replicas"]
    status = {
        "observedGeneration": found["metadata"]["generation"],
        **dict.fromkeys(("replicas", "updatedReplicas"), count),
        **dict.fromkeys(("readyReplicas", "availableReplicas"), min(ready, count)),
    }
    await world.kube.patch(KINDS["Deployment"], KEY[0], name, {"status": status}, subresource="status")


async def test_a_new_deployment_uses_it_from_the_first_pod_on() -> None:
    world = World(database=ON)
    await world.create()
    await world.settle()

    assert through(world) == POOLED
    assert len(poolers(world)) == 5
    assert (await world.status())["replicas"]["pooler"] == "2/2"


async def test_it_is_not_used_before_all_of_it_is_ready() -> None:
    world = await running()
    await world.edit(database=ON)
    await passes(world)
    assert through(world) == DIRECT
    await runs(world, "demo-pooler", ready=1)
    await passes(world)
    assert through(world) == DIRECT
    assert (await world.condition("DatabaseReady"))["status"] == "False"

    await runs(world, "demo-pooler")
    await passes(world)
    assert through(world) == POOLED


async def test_it_stays_in_use_when_it_is_broken_later() -> None:
    world = await running(**ON)
    await runs(world, "demo-pooler", ready=0)
    await passes(world)

    assert through(world) == POOLED


async def test_it_stays_until_nobody_goes_through_it_any_more() -> None:
    world = await running(**ON)
    await world.edit(database=OFF)
    await passes(world)
    assert through(world) == DIRECT
    assert len(poolers(world)) == 5, "web and workers have not been rolled yet"
    assert world.kube.objects("Deployment")["demo-pooler"]["spec"]["replicas"] == 2

    await runs(world, "demo-web")
    await passes(world)
    assert len(poolers(world)) == 5, "the workers have not been rolled yet"
    await runs(world, "demo-worker-all")
    await passes(world)
    assert poolers(world) == []


async def test_a_pod_that_ends_slowly_is_waited_for() -> None:
    world = await running(**ON)
    for name, revision in (("demo-web-1", "old"), ("demo-web-2", "new")):
        await world.kube.create(pod_of("web", name, labels={"pod-template-hash": revision}))
    await world.edit(database=OFF)
    await passes(world)
    for name in USERS:
        await runs(world, name)
    await passes(world)
    assert len(poolers(world)) == 5

    await world.kube.delete(KINDS["Pod"], KEY[0], "demo-web-1")
    await passes(world)
    assert poolers(world) == []


async def test_a_pass_that_is_cut_off_leads_to_the_same_end() -> None:
    for killed_after in range(6):
        world = await running()
        await world.edit(database=ON)
        for _ in range(8):
            await world.run_killed(killed_after)
            await world.move()
            world.seconds += 10
        await world.settle()
        assert through(world) == POOLED


@pytest.mark.parametrize("database", [ON, None])
async def test_a_steady_deployment_is_left_alone(database: dict[str, Any] | None) -> None:
    world = await running(**(database or {}))
    assert through(world) == (POOLED if database else DIRECT)
    assert (await world.run()).changed == ()
