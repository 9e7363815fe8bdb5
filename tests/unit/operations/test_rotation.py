"""New credentials: what is accepted when, what Pods use, and that nothing is lost when a pass is cut off."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.kube.errors import ApiError, Unavailable
from resee_operator.kube.resources import KINDS
from tests.unit.engine.jobs import end_job, job_named
from tests.unit.engine.world import KEY, World

DAY = 86400


async def running(**spec: Any) -> World:
    world = World(**spec)
    await world.create()
    await world.settle()
    return world


async def rotation(world: World) -> dict[str, Any]:
    return dict((await world.status()).get("rotation") or {})


def data(world: World, name: str) -> dict[str, str]:
    return {key: world.secret(name, key) for key in world.kube.objects("Secret")[name]["data"]}


async def passes(world: World, count: int = 6) -> None:
    """Passes and controllers of Deployments; Jobs wait for the test."""
    for _ in range(count):
        await world.run()
        await world.move(("Deployment", "StatefulSet"))
        world.seconds += 6


async def test_nothing_is_rotated_unasked() -> None:
    world = await running()
    before = data(world, "demo-database")
    await passes(world)

    assert await rotation(world) == {}
    assert data(world, "demo-database") == before


async def test_what_has_never_run_has_nothing_to_rotate() -> None:
    world = await running(credentials={"rotate": "first"})

    assert (await rotation(world))["phase"] == "Complete"
    assert "login" not in data(world, "demo-database")


async def test_new_credentials_are_accepted_before_they_are_used() -> None:
    world = await running()
    old = data(world, "demo-database") | data(world, "demo-app")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)

    assert (await rotation(world))["phase"] == "Accepting"
    app, database = data(world, "demo-app"), data(world, "demo-database")
    assert (app["SECRET_KEY"], database["uri"]) == (old["SECRET_KEY"], old["uri"])
    assert app["SECRET_KEY_FALLBACKS"] == app["next-key"] != old["SECRET_KEY"]
    job = job_named(world, "accept")
    assert database["next-password"] not in str(job)
    assert "Ready" not in (await world.condition("Ready"))["reason"]


async def test_whole_way() -> None:
    world = await running()
    old = data(world, "demo-database") | data(world, "demo-app")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    await end_job(world, "accept")
    await passes(world)

    assert (await rotation(world))["phase"] == "Refusing"
    database = data(world, "demo-database")
    assert database["uri"].startswith(f"postgresql://resee_a:{database['login-password']}@demo-postgres")
    assert database["password"] == old["password"]
    await end_job(world, "refuse")
    await passes(world)

    app, database = data(world, "demo-app"), data(world, "demo-database")
    assert (await rotation(world))["phase"] == "KeepingKey"
    assert database["password"] != old["password"]
    assert app["SECRET_KEY"] != old["SECRET_KEY"]
    assert app["SECRET_KEY_FALLBACKS"] == old["SECRET_KEY"]
    assert not [key for key in (*app, *database) if key.startswith("next-")]
    await end_job(world, "migrate")
    await passes(world)
    assert (await world.condition("Ready"))["status"] == "True"

    world.seconds += 7 * DAY
    await passes(world)
    assert (await rotation(world))["phase"] == "Complete"
    assert "SECRET_KEY_FALLBACKS" not in data(world, "demo-app")
    assert not [name for name in world.kube.objects("Job") if "accept" in name or "refuse" in name]


async def test_database_pod_is_not_restarted() -> None:
    world = await running()
    before = world.kube.objects("StatefulSet")["demo-postgres"]["spec"]["template"]
    await complete(world, "2026-11")

    assert world.kube.objects("StatefulSet")["demo-postgres"]["spec"]["template"] == before


async def test_logins_take_turns() -> None:
    world = await running(credentials={"keepOldKeySeconds": 0})
    for asked, role in (("one", "resee_a"), ("two", "resee_b"), ("three", "resee_a")):
        await complete(world, asked)
        assert f"//{role}:" in data(world, "demo-database")["uri"]


async def complete(world: World, asked: str) -> None:
    await world.edit(credentials={"rotate": asked})
    await passes(world)
    await end_job(world, "accept")
    await passes(world)
    await end_job(world, "refuse")
    await passes(world)


async def test_login_that_is_not_accepted_changes_nothing() -> None:
    world = await running()
    old = data(world, "demo-database")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    await end_job(world, "accept", "psql: error: no such role", fails=True)
    await passes(world)

    degraded = await world.condition("Degraded")
    assert degraded["reason"] == "JobFailed"
    assert "no such role" in degraded["message"]
    assert data(world, "demo-database")["uri"] == old["uri"]


async def test_database_of_somebody_else_is_left_alone() -> None:
    world = World(database={"provider": "External", "external": {"secretName": "rds"}})
    await world.create()
    address = {"uri": "cG9zdGdyZXNxbDovL2E6YkBjL2Q="}
    metadata = {"name": "rds", "namespace": KEY[0]}
    await world.kube.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": address})
    await world.settle()
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world, 10)

    assert (await rotation(world))["phase"] == "KeepingKey"
    assert world.kube.objects("Secret")["rds"]["data"] == address


async def test_suspended_deployment_waits() -> None:
    world = await running()
    await world.edit(credentials={"rotate": "2026-11"}, suspend=True)
    await passes(world)

    assert await rotation(world) == {}


async def test_deleted_secret_comes_back_with_what_is_in_use() -> None:
    world = await running()
    await complete(world, "2026-11")
    before = data(world, "demo-database")
    await world.kube.delete(KINDS["Secret"], KEY[0], "demo-database")
    await world.run()

    assert data(world, "demo-database") == before


@pytest.mark.parametrize("stop_after", range(0, 12, 2))
async def test_operator_that_is_killed_after_any_write_ends_the_rotation(stop_after: int) -> None:
    world = await running(credentials={"keepOldKeySeconds": 3600})
    old = data(world, "demo-app")["SECRET_KEY"]
    await world.edit(credentials={"rotate": "2026-11"})
    left = [stop_after]

    def die(verb: str, _: object) -> ApiError | None:
        if verb in ("apply", "patch", "delete", "create"):
            left[0] -= 1
        return Unavailable(503, "Unavailable", "gone") if left[0] < 0 else None

    for _ in range(30):
        left[0] = stop_after
        world.kube.fail = die
        await world.run(world.replica())
        world.kube.fail = lambda _verb, _key: None
        await world.run(world.replica())
        await world.move()
        world.seconds += 10

    assert (await rotation(world))["phase"] == "KeepingKey"
    app, database = data(world, "demo-app"), data(world, "demo-database")
    assert old in app["SECRET_KEY_FALLBACKS"].split(",")
    assert database["login-password"] in database["uri"]
    assert (await world.condition("Ready"))["status"] == "True"
