"""Another version: what runs in each phase, what stops it, and what brings the version before back."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.engine.outcome import OutcomeReason
from resee_operator.kube.resources import KINDS, RESEE
from tests.unit.engine.jobs import end_job, job_named
from tests.unit.engine.world import KEY, World

OLD, NEW = "registry.example/resee/resee-backend:1", "registry.example/resee/resee-backend:2"
NOTHING = {"ok": True, "migrations": [], "statements": []}
STATEMENT = {"migration": "contents.0002_more", "sql": "ALTER TABLE a", "lock": "ACCESS EXCLUSIVE"}
MIGRATES = {"ok": True, "migrations": ["contents.0002_more"], "statements": [STATEMENT]}


def image(world: World, name: str = "demo-web") -> str:
    spec = world.kube.objects("Deployment")[name]["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"])


async def upgrade(world: World) -> dict[str, Any]:
    return dict((await world.status()).get("upgrade") or {})


async def running(**spec: Any) -> World:
    """Version 1 runs, and version 2 is asked for."""
    world = World(version="1", **spec)
    await world.create()
    await world.settle()
    await world.edit(version="2")
    await world.run()
    return world


async def finish(world: World) -> None:
    """Passes and controllers of Deployments, until nothing moves."""
    for _ in range(12):
        await world.run()
        await world.move(("Deployment", "StatefulSet"))
        world.seconds += 6


async def test_preflight_runs_while_the_old_version_is_kept() -> None:
    world = await running()

    assert (await upgrade(world))["phase"] == "Preflight"
    container = job_named(world, "preflight")["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == NEW
    assert "preflight" in container["command"]
    assert {image(world), image(world, "demo-beat")} == {OLD}
    assert image(world, "demo-nginx").endswith("nginx:1")
    assert "version 1 serves" in (await world.condition("Ready"))["message"]


async def test_what_runs_is_mended_meanwhile() -> None:
    world = await running()
    await world.kube.delete(KINDS["Deployment"], KEY[0], "demo-web")
    await world.run()

    assert image(world) == OLD


async def test_whole_way_without_a_migration() -> None:
    world = await running(stage="Basic", host="a.example.com")
    await end_job(world, "preflight", NOTHING)
    await world.run()
    assert (await upgrade(world))["phase"] == "Migrating"
    job = next(
        name for name, job in world.kube.objects("Job").items() if _image(job) == NEW and "mig" in name
    )
    assert image(world) == OLD

    await end_job(world, job)
    await world.run()
    assert (await upgrade(world))["phase"] == "Rolling"
    assert image(world) == NEW
    assert image(world, "demo-worker-all") == OLD
    assert image(world, "demo-nginx").endswith("nginx:1")

    await finish(world)
    assert image(world, "demo-worker-all") == image(world, "demo-beat") == NEW
    assert image(world, "demo-nginx").endswith("nginx:2")
    status = await world.status()
    assert status["upgrade"]["phase"] == "Complete"
    assert status["version"] == "2"
    assert not [name for name in world.kube.objects("Job") if "preflight" in name]
    assert (await world.condition("Ready"))["status"] == "True"


async def test_backup_comes_before_the_migration() -> None:
    world = await running(stage="Basic", host="a.example.com")
    await end_job(world, "preflight", MIGRATES)
    await world.run()

    assert (await upgrade(world))["phase"] == "Backup"
    assert (await upgrade(world))["statements"] == [STATEMENT]
    assert _image(job_named(world, "backup-upgrade")).endswith("backup:1")
    await end_job(world, "backup-upgrade", {"ok": True})
    await world.run()
    assert (await upgrade(world))["phase"] == "Migrating"


@pytest.mark.parametrize(
    ("spec", "found", "phase"),
    [
        ({"stage": "Local"}, MIGRATES, "Migrating"),
        ({"upgrade": {"backup": "WhenMigrating"}}, MIGRATES, "Backup"),
        ({"upgrade": {"backup": "WhenMigrating"}}, NOTHING, "Migrating"),
        ({"upgrade": {"backup": "WhenMigrating"}}, "no JSON", "Backup"),
        ({"upgrade": {"backup": "Always"}}, NOTHING, "Backup"),
        ({"upgrade": {"backup": "Always"}, "backup": {"enabled": False}}, MIGRATES, "Migrating"),
    ],
)
async def test_when_there_is_a_backup(spec: dict[str, Any], found: Any, phase: str) -> None:
    world = await running(**spec)
    await end_job(world, "preflight", found)
    await world.run()

    assert (await upgrade(world))["phase"] == phase


@pytest.mark.parametrize(
    ("part", "reason", "before"),
    [
        ("preflight", "PreflightFailed", []),
        ("backup-upgrade", "BackupFailed", ["preflight"]),
        ("migrate", "JobFailed", ["preflight", "backup-upgrade"]),
    ],
)
async def test_failed_job_stops_there_and_says_why(part: str, reason: str, before: list[str]) -> None:
    world = await running(stage="Basic", host="a.example.com")
    for earlier in before:
        await end_job(world, earlier, MIGRATES)
        await world.run()
    await end_job(world, _newest(world, part), "first line\nno room on the disk", fails=True)
    outcome = await world.run()

    assert outcome.reason is OutcomeReason.BLOCKED
    degraded = await world.condition("Degraded")
    assert (degraded["status"], degraded["reason"]) == ("True", reason)
    assert "no room on the disk" in degraded["message"]
    await finish(world)
    assert image(world) == OLD
    assert (await world.condition("WebReady"))["status"] == "True"


async def test_said_secrets_are_kept_secret() -> None:
    world = await running()
    password = world.secret("demo-database", "password")
    await end_job(world, "preflight", f"cannot log in as resee with {password}", fails=True)
    await world.run()

    said = (await world.condition("Degraded"))["message"] + str(await upgrade(world))
    assert "cannot log in" in said
    assert password not in said


async def test_corrected_version_goes_on() -> None:
    world = await running()
    await end_job(world, "preflight", "broken", fails=True)
    await world.run()
    await world.edit(version="3")
    await world.run()

    assert (await upgrade(world))["toVersion"] == "3"
    assert _image(job_named(world, "preflight")).endswith("backend:3")
    assert (await world.condition("Degraded"))["status"] == "False"


async def test_former_version_wanted_again_ends_the_upgrade() -> None:
    world = await running()
    await end_job(world, "preflight", "broken", fails=True)
    await world.run()
    await world.edit(version="1")
    await finish(world)

    assert (await upgrade(world))["phase"] == "Withdrawn"
    assert (await world.condition("Ready"))["status"] == "True"


async def test_deleted_failed_job_is_tried_again() -> None:
    world = await running()
    await end_job(world, "preflight", "broken", fails=True)
    await world.run()
    await world.kube.delete(KINDS["Job"], KEY[0], job_named(world, "preflight")["metadata"]["name"])
    await world.run()
    await world.run()

    assert "conditions" not in job_named(world, "preflight").get("status", {})


async def rolling(found: Any, **spec: Any) -> World:
    """The new version is being rolled out, and its Pods do not become ready."""
    world = await running(**spec)
    await end_job(world, "preflight", found)
    await world.run()
    await end_job(world, _newest(world, "migrate"))
    await world.run()
    await world.run()
    assert (await upgrade(world))["phase"] == "Rolling"
    return world


async def test_rollout_that_is_late_goes_back() -> None:
    world = await rolling(NOTHING, upgrade={"timeoutSeconds": 60})
    world.seconds += 59
    await world.run()
    assert image(world) == NEW
    world.seconds += 2
    await world.run()
    assert (await upgrade(world))["phase"] == "RolledBack"
    await world.run()
    await end_job(world, _newest(world, "migrate"))
    await finish(world)

    assert image(world) == OLD
    assert (await world.status())["version"] == "1"
    degraded = await world.condition("Degraded")
    assert degraded["reason"] == "RolledBack"
    assert "version 2 did not become ready within 60 s: version 1 runs again" in degraded["message"]


async def test_rollout_that_is_late_after_a_migration_stays() -> None:
    world = await rolling(MIGRATES, upgrade={"timeoutSeconds": 60})
    world.seconds += 61
    await world.run()

    assert image(world) == NEW
    degraded = await world.condition("Degraded")
    assert degraded["reason"] == "UpgradeStuck"
    assert "contents.0002_more" in degraded["message"]
    await finish(world)
    assert (await upgrade(world))["phase"] == "Complete"


async def test_looks_again_at_the_deadline() -> None:
    world = await rolling(NOTHING, upgrade={"timeoutSeconds": 60})
    world.seconds += 61
    assert await world.queue.get() == KEY


async def test_suspended_deployment_is_not_upgraded() -> None:
    world = World(version="1")
    await world.create()
    await world.settle()
    await world.edit(version="2", suspend=True)
    await finish(world)
    assert (await world.status())["version"] == "1"
    await world.edit(suspend=False)
    await world.run()

    assert (await upgrade(world))["phase"] == "Preflight"


async def test_preflight_waits_for_the_database() -> None:
    world = World(version="1")
    await world.create()
    await world.settle()
    down = {"observedGeneration": 1, "replicas": 1, "readyReplicas": 0}
    where = (KINDS["StatefulSet"], KEY[0], "demo-postgres")
    await world.kube.patch(*where, {"status": down}, subresource="status")
    await world.edit(version="2")
    await world.run()

    assert not [name for name in world.kube.objects("Job") if "preflight" in name]
    assert "waits for the database" in (await upgrade(world))["message"]


async def test_deployment_that_never_ran_has_no_preflight() -> None:
    world = World(version="1")
    await world.create()
    await world.run()
    await world.edit(version="2")
    await world.settle()

    assert (await world.status())["version"] == "2"
    assert await upgrade(world) == {}


@pytest.mark.parametrize("stop_after", range(0, 24, 2))
async def test_operator_that_is_killed_after_any_write_ends_the_upgrade(stop_after: int) -> None:
    world = World(version="1")
    await world.create()
    await world.settle()
    await world.edit(version="2")
    for _ in range(40):
        await world.run_killed(stop_after)
        await world.run(world.replica())
        await world.move()
        world.seconds += 10

    assert (await world.status())["version"] == "2"
    assert image(world) == image(world, "demo-beat") == NEW
    assert (await world.condition("Ready"))["status"] == "True"


async def test_plan_shows_where_it_leads_and_what_it_does_to_the_database() -> None:
    world = await running()
    await end_job(world, "preflight", MIGRATES)
    await world.run()
    resee = await world.kube.get(RESEE, *KEY)
    assert resee is not None
    from resee_operator.engine.snapshot import Snapshot

    _, plan = world.replica().plan(Snapshot(world.cache, KEY), resee)
    assert "upgrade from 1 to 2: preflight -> migration -> web, workers, beat, nginx" in plan.notes
    assert "    contents.0002_more: ALTER TABLE a  [lock: ACCESS EXCLUSIVE]" in plan.notes
    assert {"demo-web", "demo-beat"} <= {action.name for action in plan.actions}


def _image(job: dict[str, Any]) -> str:
    return str(job["spec"]["template"]["spec"]["containers"][0]["image"])


def _newest(world: World, part: str) -> str:
    """Name of the Job of that part that has not ended."""
    jobs = world.kube.objects("Job").items()
    (name,) = [name for name, job in jobs if part in name and not job.get("status", {}).get("conditions")]
    return name
