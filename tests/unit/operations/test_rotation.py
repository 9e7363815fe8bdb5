"""New credentials: what is accepted when, what Pods use, and that nothing is lost when a pass is cut off."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from resee_operator.kube.resources import KINDS, RESEE
from resee_operator.operations.rotation import database
from tests.support.deployments import production
from tests.unit.engine.jobs import end_job, job_named, pod_of
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


async def accepted(world: World) -> None:
    """Servers take the new credentials."""
    await end_job(world, "-accept-")
    await end_job(world, "redis-accepts")
    await passes(world)


async def refused(world: World) -> None:
    """Servers take the old ones no more."""
    await end_job(world, "-refuse-")
    await end_job(world, "redis-refuses")
    await passes(world)


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
    job = job_named(world, "-accept-")
    assert database["next-password"] not in str(job)
    assert "Ready" not in (await world.condition("Ready"))["reason"]


async def test_whole_way() -> None:
    world = await running()
    old = data(world, "demo-database") | data(world, "demo-app")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    await accepted(world)

    assert (await rotation(world))["phase"] == "Refusing"
    database = data(world, "demo-database")
    assert database["uri"].startswith(f"postgresql://resee_a:{database['login-password']}@demo-postgres")
    assert database["password"] == old["password"]
    await refused(world)

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


def accepts(world: World, password: str) -> bool:
    """Whether Redis' file lists the password."""
    return hashlib.sha256(password.encode()).hexdigest() in world.secret("demo-redis", "auth.conf")


async def test_redis_accepts_both_passwords_until_every_pod_has_the_new_one() -> None:
    world = await running()
    old = data(world, "demo-redis")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)

    new = world.secret("demo-redis", "next-password")
    assert accepts(world, old["password"])
    assert accepts(world, new)
    assert data(world, "demo-redis")["uri"] == old["uri"]
    assert new not in str(job_named(world, "redis-accepts"))
    await end_job(world, "-accept-")
    await passes(world)
    assert data(world, "demo-redis")["uri"] == old["uri"], "nobody has shown that Redis takes it"
    await end_job(world, "redis-accepts")
    for _ in range(3):
        await world.run()
    assert world.secret("demo-redis", "uri") == f"redis://:{new}@demo-redis:6379/0"
    assert accepts(world, old["password"]), "Pods still roll"
    await passes(world)
    assert not accepts(world, old["password"])
    assert accepts(world, new)
    await refused(world)
    assert data(world, "demo-redis").keys() == old.keys()


async def test_pod_that_ends_slowly_can_log_in_until_it_is_gone() -> None:
    world = await running()
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    before = {"resee.io/checksum": "of the credentials before"}
    await world.kube.create(pod_of("web", "demo-web-1", annotations=before))
    await accepted(world)

    assert (await rotation(world))["phase"] == "Accepting"
    await world.kube.delete(KINDS["Pod"], KEY[0], "demo-web-1")
    await passes(world)
    assert (await rotation(world))["phase"] == "Refusing"


async def test_another_rotation_waits_while_some_still_use_the_old_credentials() -> None:
    world = await running()
    await world.edit(credentials={"rotate": "one"})
    await passes(world)
    await accepted(world)
    await world.edit(credentials={"rotate": "two"})
    await passes(world)

    assert (await rotation(world))["asked"] == "one"
    await refused(world)
    assert (await rotation(world))["asked"] == "two"


async def test_servers_are_not_restarted() -> None:
    world = await running()
    before = templates(world)
    await complete(world, "2026-11")

    assert templates(world) == before


def templates(world: World) -> dict[str, Any]:
    return {name: found["spec"]["template"] for name, found in world.kube.objects("StatefulSet").items()}


async def across_zones() -> World:
    """PostgreSQL by Patroni, Redis beside Sentinels."""
    world = World(stage="Production", database={"provider": "Patroni"}, redis={"provider": "Sentinel"})
    await world.create()
    await world.kube.create(pod_of("postgres", "demo-postgres-0", labels={"resee.io/role": "primary"}))
    await world.settle()
    return world


async def test_across_zones_servers_use_the_new_passwords_before_the_old_are_refused() -> None:
    world = await across_zones()
    before, old = templates(world), data(world, "demo-redis")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    await accepted(world)

    assert (await rotation(world))["phase"] == "Switching"
    redis, database = data(world, "demo-redis"), data(world, "demo-database")
    assert f'masterauth "{redis["password"]}"' in redis["auth.conf"]
    assert f'sentinel auth-pass resee "{redis["password"]}"' in redis["sentinel-auth.conf"]
    assert f'sentinel-pass "{redis["sentinel-password"]}"' in redis["sentinel-auth.conf"]
    assert redis["sentinel-password"] != old["sentinel-password"]
    for key in ("uri", "replica-uri"):
        assert database[key].startswith(f"postgresql://resee_a:{database['login-password']}@")
    assert accepts(world, old["password"])
    await end_job(world, "redis-uses")
    await passes(world)
    assert not accepts(world, old["password"])
    await refused(world)
    assert (await rotation(world))["phase"] == "KeepingKey"
    assert templates(world) == before


async def test_across_zones_roles_are_changed_by_the_superuser() -> None:
    world = await across_zones()
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)

    (container,) = job_named(world, "-accept-")["spec"]["template"]["spec"]["containers"]
    env = {variable["name"]: variable for variable in container["env"]}
    assert env["PGUSER"]["value"] == "postgres"
    assert env["PGPASSWORD"]["valueFrom"]["secretKeyRef"]["key"] == "superuser-password"
    assert len(env["SERVERS"]["value"].split()) == 3


async def pooled() -> World:
    return await running(database={"pooler": {"enabled": True}})


def let_in(world: World) -> set[str]:
    """Users whom PgBouncer lets in."""
    return {line.split()[0].strip('"') for line in world.secret("demo-database", "userlist.txt").splitlines()}


async def test_pgbouncer_lets_in_both_logins_until_every_pod_has_the_new_one() -> None:
    world = await pooled()
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    assert let_in(world) == {"resee", "resee_a"}
    old = {"resee.io/checksum": "of the list before"}
    await world.kube.create(pod_of("pooler", "demo-pooler-1", annotations=old))
    await accepted(world)
    assert (await rotation(world))["phase"] == "Accepting", "a PgBouncer does not know the new login yet"

    await world.kube.delete(KINDS["Pod"], KEY[0], "demo-pooler-1")
    for _ in range(3):
        await world.run()
    assert "//resee_a:" in world.secret("demo-database", "uri")
    assert let_in(world) == {"resee", "resee_a"}, "Pods still roll"
    await passes(world)
    assert let_in(world) == {"resee_a"}
    await world.kube.create(pod_of("pooler", "demo-pooler-2", annotations=old))
    await refused(world)
    assert (await rotation(world))["phase"] == "Refusing", "a PgBouncer still lets the old login in"

    await world.kube.delete(KINDS["Pod"], KEY[0], "demo-pooler-2")
    await passes(world)
    assert (await rotation(world))["phase"] == "KeepingKey"


async def test_pgbouncers_list_is_right_when_it_comes_back() -> None:
    world = await pooled()
    for pooler, asked in ((None, "off"), ({"enabled": True}, "on")):
        await world.edit(database={"pooler": pooler}, credentials={"rotate": asked, "keepOldKeySeconds": 0})
        await passes(world)
        await accepted(world)
        await refused(world)
        (user,) = let_in(world)
        assert f"//{user}:" in world.secret("demo-database", "uri")
        assert world.secret("demo-database", "login-password") in world.secret(
            "demo-database", "userlist.txt"
        )


async def test_logins_take_turns() -> None:
    world = await running(credentials={"keepOldKeySeconds": 0})
    for asked, role in (("one", "resee_a"), ("two", "resee_b"), ("three", "resee_a")):
        await complete(world, asked)
        assert f"//{role}:" in data(world, "demo-database")["uri"]


async def complete(world: World, asked: str) -> None:
    await world.edit(credentials={"rotate": asked})
    await passes(world)
    await accepted(world)
    await refused(world)


async def test_login_that_is_not_accepted_changes_nothing() -> None:
    world = await running()
    old = data(world, "demo-database")
    await world.edit(credentials={"rotate": "2026-11"})
    await passes(world)
    await end_job(world, "-accept-", "psql: error: no such role", fails=True)
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
    await passes(world)
    await end_job(world, "redis-accepts")
    await passes(world)
    await end_job(world, "redis-refuses")
    await passes(world)

    assert (await rotation(world))["phase"] == "KeepingKey"
    assert world.kube.objects("Secret")["rds"]["data"] == address


def test_logins_that_another_operator_keeps_are_left_alone() -> None:
    ours = {
        name: database.ours(production(database={"provider": name}))
        for name in ("StatefulSet", "Patroni", "CloudNativePG")
    }
    assert ours == {"StatefulSet": True, "Patroni": True, "CloudNativePG": False}


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


@pytest.mark.parametrize(
    ("lost", "same"), [(("Secret",), True), (("Secret", "PersistentVolumeClaim"), False)]
)
async def test_a_deployment_that_is_made_again_has_the_credentials_of_its_data(
    lost: tuple[str, ...], same: bool
) -> None:
    """A login of before would be unknown to a database that begins empty."""
    world = await running()
    await complete(world, "2026-11")
    before = data(world, "demo-database")
    await world.kube.delete(RESEE, *KEY)
    await world.run()
    for kind in lost:
        for name in list(world.kube.objects(kind)):
            await world.kube.delete(KINDS[kind], KEY[0], name)
    await world.create()
    await world.run()

    after = data(world, "demo-database")
    assert (after == before, "login" in after) == (same, same)
    assert (after["password"] == before["password"]) == same


@pytest.mark.parametrize("stop_after", range(0, 12, 2))
@pytest.mark.parametrize("make", [running, across_zones, pooled])
async def test_operator_that_is_killed_after_any_write_ends_the_rotation(
    stop_after: int, make: Callable[[], Awaitable[World]]
) -> None:
    world = await make()
    old = data(world, "demo-app")["SECRET_KEY"]
    await world.edit(credentials={"rotate": "2026-11", "keepOldKeySeconds": 3600})
    for _ in range(30):
        await world.run_killed(stop_after)
        await world.run(world.replica())
        await world.move()
        world.seconds += 10

    assert (await rotation(world))["phase"] == "KeepingKey"
    app, database, redis = (data(world, f"demo-{name}") for name in ("app", "database", "redis"))
    assert old in app["SECRET_KEY_FALLBACKS"].split(",")
    assert database["login-password"] in database["uri"]
    assert redis["password"] in redis["uri"]
    assert accepts(world, redis["password"])
    assert redis["auth.conf"].count("#") == 1
    assert not [key for key in (*app, *database, *redis) if key.startswith(("next-", "old-"))]
    assert (await world.condition("Ready"))["status"] == "True"
