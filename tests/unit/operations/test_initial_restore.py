"""spec.restore: a new deployment begins with a backup, once, and never over data that is there."""

from __future__ import annotations

from tests.unit.engine.world import World
from tests.unit.operations.restores import (
    CHECKED,
    ID,
    RESTORED,
    SWAPPED,
    arguments,
    controllers,
    end,
    failure,
    jobs,
    serving,
)

SOURCE = {"s3": {"bucket": "old", "endpoint": "http://s3.local:7070"}, "namespace": "gone"}
POPULATED = {"ok": True, "command": "preflight", "reason": "DatabasePopulated"}


async def beginning() -> World:
    """A new deployment whose database has just come up."""
    world = World(version="1", restore={"source": SOURCE})
    await world.create()
    await world.run()
    await controllers(world)
    return world


async def restore(world: World) -> dict[str, object]:
    return dict((await world.status()).get("restore") or {})


async def test_nothing_is_migrated_or_served_before() -> None:
    world = await beginning()

    assert (await restore(world))["phase"] == "Checking"
    assert arguments(world, "checking") == [
        *("preflight", "latest-verified", "--owner", "current", "--only-into-empty"),
    ]
    assert not [name for name in world.kube.objects("Job") if "migrate" in name]
    assert "demo-web" not in world.kube.objects("Deployment")
    assert "begins with" in (await world.condition("Progressing"))["message"]


async def test_whole_way() -> None:
    world = await beginning()
    await end(world, "checking", CHECKED)
    assert jobs(world) == ["checking", "restoring"], "an empty database needs no safety backup"
    await end(world, "restoring", RESTORED)
    await end(world, "swapping", SWAPPED)
    await world.settle()

    status = await restore(world)
    assert (status["phase"], status["message"]) == ("Succeeded", f"backup {ID} is restored")
    assert (await world.condition("Ready"))["status"] == "True"
    assert jobs(world) == []


async def test_it_happens_once() -> None:
    world = await beginning()
    await end(world, "checking", CHECKED)
    await end(world, "restoring", RESTORED)
    await end(world, "swapping", SWAPPED)
    await world.settle()
    world.reconciler = world.replica()
    await world.edit(logLevel="DEBUG")
    await world.settle()

    assert jobs(world) == []
    assert (await restore(world))["phase"] == "Succeeded"


async def test_data_that_is_there_is_kept() -> None:
    world = await beginning()
    await end(world, "checking", POPULATED)
    await world.settle()

    status = await restore(world)
    assert (status["phase"], "held data already" in str(status["message"])) == ("Succeeded", True)
    assert (await world.condition("Ready"))["status"] == "True"


async def test_a_running_deployment_is_not_stopped_by_it() -> None:
    world = await serving()
    await world.edit(restore={"backup": "latest"})
    await world.run()

    assert world.kube.objects("Deployment")["demo-web"]["spec"]["replicas"] == 1
    await end(world, "checking", POPULATED)
    await world.settle()
    assert (await world.condition("Ready"))["status"] == "True"


async def test_a_failure_is_said_and_tried_again_and_opens_nothing() -> None:
    world = await beginning()
    await end(world, "checking", failure("the bucket refuses"), fails=True)
    await controllers(world)

    assert (await restore(world))["phase"] == "Failed"
    degraded = await world.condition("Degraded")
    assert (degraded["status"], "the bucket refuses" in degraded["message"]) == ("True", True)
    assert "demo-web" not in world.kube.objects("Deployment")
    assert jobs(world) == []
    world.seconds += 61
    await world.run()
    await world.run()
    assert (await restore(world))["phase"] == "Checking"
    assert jobs(world) == ["checking"]


async def test_who_gives_it_up_begins_empty() -> None:
    world = await beginning()
    await end(world, "checking", failure("no backup"), fails=True)
    await world.edit(restore=None)
    await world.settle()

    assert (await world.condition("Ready"))["status"] == "True"
