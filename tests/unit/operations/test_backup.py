"""ReseeBackup, and what status.backup and BackupHealthy say of all backups and drills together."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.kube.resources import KINDS
from resee_operator.operations.backup import merged
from tests.unit.engine.jobs import end_job, job_named
from tests.unit.engine.world import KEY, World
from tests.unit.operations.restores import ID, SAVED, arguments, ask, failure, serving, told

MADE = {
    **SAVED,
    "backup": ID,
    "sha256": "ab" * 32,
    "verified": "2026-01-31T03:01:00Z",
    "finished": "2026-01-31",
}
HOUR = 3600


async def end_run(world: World, said: Any, *, fails: bool = False) -> None:
    await end_job(world, "backup-", said, fails=fails)
    await world.run()


async def test_a_request_becomes_a_job() -> None:
    world = await serving()
    await ask(world, "ReseeBackup", "now")

    assert arguments(world, "demo-backup-") == ["dump"]
    assert (await told(world, "ReseeBackup", "now"))["phase"] == "Running"


async def test_its_end_is_told_and_the_job_goes() -> None:
    world = await serving()
    await ask(world, "ReseeBackup", "now")
    await end_run(world, MADE)

    status = await told(world, "ReseeBackup", "now")
    assert status["phase"] == "Succeeded"
    assert (status["backup"], status["location"], status["sizeBytes"]) == (ID, "file:///backups/x", 7)
    assert (status["checksum"], status["verified"]) == ("ab" * 32, "2026-01-31T03:01:00Z")
    backup = (await world.status())["backup"]
    assert (backup["lastSuccess"], backup["sizeBytes"]) == ("2026-01-01T00:00:00Z", 7)
    await world.run()
    assert not [name for name in world.kube.objects("Job") if "backup" in name]


async def test_a_failure_is_told_and_is_not_healthy() -> None:
    world = await serving()
    await ask(world, "ReseeBackup", "now")
    await end_run(world, failure("the bucket refuses"), fails=True)
    await world.run()

    status = await told(world, "ReseeBackup", "now")
    assert (status["phase"], status["message"]) == ("Failed", "the bucket refuses; do this")
    condition = await world.condition("BackupHealthy")
    assert (condition["status"], condition["reason"]) == ("False", "JobFailed")
    assert (await world.condition("Ready"))["status"] == "True"
    assert (await world.condition("Degraded"))["status"] == "True"


async def test_a_backup_whose_word_is_lost_is_made_again() -> None:
    world = await serving()
    await ask(world, "ReseeBackup", "now")
    first = job_named(world, "demo-backup-")["metadata"]["uid"]
    await end_run(world, "")
    await world.run()

    assert (await told(world, "ReseeBackup", "now"))["phase"] == "Running"
    assert job_named(world, "demo-backup-")["metadata"]["uid"] != first


async def test_one_after_the_other() -> None:
    world = await serving()
    await ask(world, "ReseeBackup", "a")
    await ask(world, "ReseeBackup", "b")

    assert (await told(world, "ReseeBackup", "b"))["message"] == "waits for ReseeBackup a"
    await end_run(world, MADE)
    await world.run()
    assert (await told(world, "ReseeBackup", "b"))["phase"] == "Running"


async def test_a_suspended_deployment_waits() -> None:
    world = await serving(suspend=True)
    await ask(world, "ReseeBackup", "now")

    assert (await told(world, "ReseeBackup", "now"))["phase"] == "Waiting"


async def test_the_age_of_the_newest_verified_backup_is_told() -> None:
    world = await serving(backup={"rpoLimit": "4d"})
    change = {"status": {"backup": {"lastVerified": "1970-01-01T00:00:00Z"}}}
    await world.kube.patch(KINDS["ReseeDeployment"], *KEY, change, subresource="status")
    world.seconds = 30 * HOUR
    await world.run()

    assert (await world.status())["backup"]["rpoSeconds"] == 30 * HOUR
    assert (await world.condition("BackupHealthy"))["status"] == "True"


async def test_one_that_is_too_old_is_not_healthy() -> None:
    world = await serving(backup={"rpoLimit": "36h"})
    change = {"status": {"backup": {"lastVerified": "1970-01-01T00:00:00Z"}}}
    await world.kube.patch(KINDS["ReseeDeployment"], *KEY, change, subresource="status")
    world.seconds = 36 * HOUR + 5
    await world.run()

    condition = await world.condition("BackupHealthy")
    assert (condition["status"], condition["reason"]) == ("False", "BackupTooOld")
    assert "no verified backup for 36 h, the limit is 36 h" in condition["message"]


async def test_the_limit_is_looked_at_when_it_is_near() -> None:
    world = await serving(backup={"rpoLimit": "36h"})
    change = {"status": {"backup": {"lastVerified": "1970-01-01T00:00:00Z"}}}
    await world.kube.patch(KINDS["ReseeDeployment"], *KEY, change, subresource="status")
    world.seconds = 36 * HOUR - 100
    await world.run()

    assert world.queue.depth > 0


@pytest.mark.parametrize(
    ("old", "news", "facts"),
    [
        ({}, {"lastSuccess": "2"}, {"lastSuccess": "2"}),
        (
            {"lastSuccess": "3", "sizeBytes": 3},
            {"lastSuccess": "2", "sizeBytes": 2},
            {"lastSuccess": "3", "sizeBytes": 3},
        ),
        (
            {"lastSuccess": "1", "sizeBytes": 1},
            {"lastSuccess": "2", "sizeBytes": 2},
            {"lastSuccess": "2", "sizeBytes": 2},
        ),
        ({"lastDrill": "3"}, {"lastDrill": "2", "rtoSeconds": 5}, {"lastDrill": "3", "rtoSeconds": 5}),
    ],
)
def test_of_every_time_the_latest_is_kept(
    old: dict[str, Any], news: dict[str, Any], facts: dict[str, Any]
) -> None:
    assert merged(old, [news]) == facts
