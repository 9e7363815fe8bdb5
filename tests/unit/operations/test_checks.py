"""Servers of somebody else: looked at before anything is built on them, again when something changes, and
now and then; what runs stays up whatever is found."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from resee_operator.kube.resources import KINDS
from tests.support.deployments import EXTERNAL
from tests.unit.engine.jobs import end_job, job_named
from tests.unit.engine.world import KEY, World

HOUR = 3600
PASSWORD = "pa55-of-theirs"
ADDRESSES = {
    "rds": {"uri": f"postgresql://u:{PASSWORD}@db.example/d"},
    "elasticache": {
        "uri": f"rediss://:{PASSWORD}@r.example/0",
        "cache-uri": f"rediss://:{PASSWORD}@r.example/1",
    },
}
FIT = {"ok": True, "message": "db.example:5432 is PostgreSQL 15.4", "remedy": "", "warnings": []}
UNFIT = {
    "ok": False,
    "message": "r.example:6379 has cluster mode on",
    "remedy": "make one with cluster mode disabled",
    "warnings": [],
}


async def set_secret(world: World, name: str, **data: str) -> None:
    encoded = {key.replace("_", "-"): base64.b64encode(text.encode()).decode() for key, text in data.items()}
    if name in world.kube.objects("Secret"):
        await world.kube.patch(KINDS["Secret"], KEY[0], name, {"data": encoded})
        world.cache.secret_changed((KEY[0], name))
        return
    metadata = {"name": name, "namespace": KEY[0]}
    await world.kube.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded})


async def new(**spec: Any) -> World:
    world = World(**{**EXTERNAL, **spec})
    await world.create()
    for name, data in ADDRESSES.items():
        await set_secret(world, name, **data)
    return world


async def passes(world: World, count: int = 5) -> None:
    """Passes and controllers, but no Job ends by itself."""
    for _ in range(count):
        await world.run()
        await world.move(("Deployment", "StatefulSet"))
        world.seconds += 6


async def complete(world: World) -> World:
    """All runs, both servers found fit."""
    await passes(world, 1)
    await end_job(world, "check-database", FIT)
    await end_job(world, "check-redis", FIT)
    await passes(world)
    await end_job(world, "migrate", "")
    await passes(world)
    assert (await world.condition("Ready"))["status"] == "True"
    return world


async def checks(world: World) -> dict[str, Any]:
    return dict((await world.status()).get("checks") or {})


def jobs(world: World) -> set[str]:
    return {name for name in world.kube.objects("Job") if "check" in name}


async def test_servers_of_our_own_are_not_looked_at() -> None:
    world = World()
    await world.create()
    await world.settle()

    assert not jobs(world)
    assert await checks(world) == {}


async def test_nothing_is_built_on_what_was_not_looked_at() -> None:
    world = await new()
    await passes(world)

    assert {name.rpartition("-")[0] for name in world.kube.objects("Job")} == {
        "demo-check-database",
        "demo-check-redis",
    }
    assert not world.kube.objects("Deployment").keys() & {"demo-web", "demo-beat"}
    assert (await world.condition("DatabaseReady"))["reason"] == "Running"
    assert PASSWORD not in json.dumps([job_named(world, "check-database"), job_named(world, "check-redis")])


async def test_fit_servers_are_told_with_their_warnings() -> None:
    world = await new()
    await passes(world, 1)
    await end_job(world, "check-database", {**FIT, "warnings": ["no TLS: add sslmode=require"]})
    await passes(world)

    condition = await world.condition("DatabaseReady")
    assert condition["status"] == "True"
    assert condition["message"] == f"{FIT['message']}; warning: no TLS: add sslmode=require"
    assert (await checks(world))["database"]["ok"] is True


async def test_unfit_redis_is_refused_with_field_value_and_remedy() -> None:
    world = await new()
    await passes(world, 1)
    await end_job(world, "check-database", FIT)
    await end_job(world, "check-redis", UNFIT)
    await passes(world)
    await end_job(world, "migrate", "")
    await passes(world)

    condition = await world.condition("RedisReady")
    assert (condition["status"], condition["reason"]) == ("False", "PreflightFailed")
    assert condition["message"] == (
        "Secret elasticache of spec.redis.external.secretName: r.example:6379 has cluster mode on; "
        "make one with cluster mode disabled"
    )
    assert "demo-web" not in world.kube.objects("Deployment")


async def test_unfit_database_is_not_migrated_until_it_is_fit() -> None:
    world = await new()
    await passes(world, 1)
    await end_job(world, "check-database", {**UNFIT, "message": "is a replica"})
    await end_job(world, "check-redis", FIT)
    first = jobs(world)
    await passes(world, 2)
    assert not [name for name in world.kube.objects("Job") if "migrate" in name]
    assert jobs(world) == first

    world.seconds += 60
    await passes(world, 2)
    await end_job(world, "check-database", FIT)
    await passes(world)
    assert [name for name in world.kube.objects("Job") if "migrate" in name]


async def test_what_runs_stays_up_when_a_later_look_finds_it_unfit() -> None:
    world = await complete(await new())
    before = {name: found["spec"] for name, found in world.kube.objects("Deployment").items()}
    world.seconds += HOUR
    await passes(world, 1)
    assert (await world.condition("Ready"))["status"] == "True"
    await end_job(world, "check-redis", UNFIT)
    await end_job(world, "check-database", {**UNFIT, "message": "user u may not create tables"})
    await passes(world)

    assert (await world.condition("RedisReady"))["reason"] == "PreflightFailed"
    assert (await world.condition("DatabaseReady"))["reason"] == "PreflightFailed"
    assert {name: found["spec"] for name, found in world.kube.objects("Deployment").items()} == before


async def test_it_is_looked_at_again_now_and_then() -> None:
    world = await complete(await new())
    first = jobs(world)
    world.seconds += HOUR / 2
    await passes(world, 2)
    assert jobs(world) == first

    world.seconds += HOUR / 2
    await passes(world, 2)
    assert len(jobs(world)) == 2
    assert not jobs(world) & first
    assert (await checks(world))["database"]["turn"] == 1


async def test_other_demands_are_looked_at_at_once() -> None:
    world = await complete(await new())
    first = jobs(world)
    await world.edit(database={**EXTERNAL["database"], "tls": True})
    await passes(world, 1)

    (changed,) = jobs(world) - first
    container = world.kube.objects("Job")[changed]["spec"]["template"]["spec"]["containers"][0]
    assert container["command"][-4:-2] == ["--encryption", "require"]


async def test_another_address_is_looked_at_at_once() -> None:
    world = await complete(await new())
    first = jobs(world)
    await set_secret(world, "rds", uri="postgresql://u:new@db.example/d")
    await passes(world, 1)

    (changed,) = jobs(world) - first
    assert "check-database" in changed
    assert (await world.condition("DatabaseReady"))["status"] == "True"


async def test_a_job_that_has_told_is_not_made_anew() -> None:
    world = await complete(await new())
    for name in jobs(world):
        await world.kube.delete(KINDS["Job"], KEY[0], name)
    await passes(world)

    assert not jobs(world)
    assert (await world.condition("DatabaseReady"))["status"] == "True"


@pytest.mark.parametrize("said", ["Unknown command: 'check_server'", ["no", "answer"], {"other": 1}])
async def test_no_answer_is_no_obstacle(said: Any) -> None:
    """As with an image that is older than the operator."""
    world = await new()
    await passes(world, 1)
    for name in ("check-database", "check-redis"):
        await end_job(world, name, said, fails=True)
    await passes(world)

    condition = await world.condition("DatabaseReady")
    assert condition["status"] == "True"
    assert "could not be checked" in condition["message"]
    assert "kubectl logs job/demo-check-database" in condition["message"]
    assert "Unknown command" not in condition["message"]


async def test_no_answer_leaves_the_last_one() -> None:
    world = await complete(await new())
    world.seconds += HOUR
    await passes(world, 1)
    await end_job(world, "check-database", "node lost", fails=True)
    await passes(world)

    found = (await checks(world))["database"]
    assert (found["turn"], found["message"]) == (2, FIT["message"])


async def test_what_holds_a_look_up_is_told() -> None:
    world = await new()
    await passes(world, 1)
    name = job_named(world, "check-database")["metadata"]["name"]
    labels = {
        **job_named(world, "check-database")["metadata"]["labels"],
        "batch.kubernetes.io/job-name": name,
    }
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
    await world.kube.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "looks", "namespace": KEY[0], "labels": labels},
            "status": {"phase": "Pending", "containerStatuses": [{"name": "check", "state": state}]},
        }
    )
    await passes(world, 1)

    assert (await world.condition("DatabaseReady"))["reason"] == "ImagePullFailed"


async def test_missing_secret_is_said_by_the_component() -> None:
    world = World(**EXTERNAL)
    await world.create()
    await passes(world)

    assert (await world.condition("DatabaseReady"))["reason"] == "SecretMissing"
    assert not jobs(world)


async def test_suspended_deployment_looks_at_nothing() -> None:
    world = await new(suspend=True)
    await passes(world)

    assert not jobs(world)


async def test_an_operator_that_is_started_anew_goes_on() -> None:
    world = await complete(await new())
    first = jobs(world)
    world.reconciler = world.replica()
    await passes(world)

    assert jobs(world) == first
