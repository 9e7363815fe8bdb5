"""A ReseeRestore: each phase, each failure, and a kill between any two writes."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.kube.errors import ApiError, Unavailable
from resee_operator.kube.resources import KINDS, RESEE
from tests.unit.engine.jobs import end_job, job_named
from tests.unit.engine.world import KEY
from tests.unit.operations.restores import (
    CHECKED,
    ID,
    RESTORED,
    SAFE,
    SAVED,
    SWAPPED,
    arguments,
    ask,
    controllers,
    end,
    end_open_jobs,
    failure,
    jobs,
    port,
    reach,
    replicas,
    serving,
    told,
)

OPEN, CLOSED = 8080, 8081


async def test_looking_at_the_backup_stops_nothing() -> None:
    world = await serving()
    await ask(world)

    assert (await told(world))["phase"] == "Checking"
    assert arguments(world, "checking") == ["preflight", "latest-verified", "--owner", "keep"]
    assert (replicas(world), port(world)) == ({1}, OPEN)
    assert (await world.condition("Ready"))["status"] == "True"


async def test_whole_way() -> None:
    world = await serving()
    before = job_named(world, "migrate")["metadata"]["name"]
    await ask(world)

    await end(world, "checking", CHECKED)
    assert (await told(world))["phase"] == "Stopping"
    assert (replicas(world), port(world)) == ({0}, CLOSED)
    assert world.kube.objects("CronJob")["demo-backup"]["spec"]["suspend"] is True
    await controllers(world)
    assert (await told(world))["phase"] == "Saving"
    assert arguments(world, "saving") == ["dump"]

    await end(world, "saving", SAVED)
    database = arguments(world, "restoring")[3]
    assert arguments(world, "restoring") == ["restore", ID, "--into", database, "--owner", "keep"]
    await end(world, "restoring", RESTORED)
    assert arguments(world, "swapping") == ["swap", database]
    assert not [name for name in world.kube.objects("Job") if "migrate" in name], "not before the exchange"

    await end(world, "swapping", SWAPPED)
    assert (await told(world))["phase"] == "Migrating"
    await controllers(world)
    assert job_named(world, "migrate")["metadata"]["name"] != before
    assert (replicas(world), port(world)) == ({0}, CLOSED), "nobody serves what is not migrated"

    await world.settle()
    status = await told(world)
    assert (status["phase"], status["backup"], status["safetyBackup"]) == ("Succeeded", ID, SAFE)
    assert status["previousDatabase"] == "resee_before_x"
    assert status["message"] == f"backup {ID} is restored; the data before stays as database resee_before_x"
    assert (replicas(world), port(world), jobs(world)) == ({1}, OPEN, [])
    assert (await world.condition("Ready"))["status"] == "True"


@pytest.mark.parametrize("phase", ["checking", "saving", "restoring", "swapping"])
async def test_a_failure_before_the_exchange_opens_on_the_old_data(phase: str) -> None:
    world = await serving()
    await ask(world)
    await reach(world, phase)
    await end(world, phase, failure("the disk is full"), fails=True)
    await world.settle()

    status = await told(world)
    assert status["phase"] == "Failed"
    assert "the disk is full; do this" in status["message"]
    assert (replicas(world), port(world), jobs(world)) == ({1}, OPEN, [])
    assert (await world.condition("Ready"))["status"] == "True"
    degraded = await world.condition("Degraded")
    assert (degraded["status"], degraded["reason"]) == ("True", "RestoreFailed")
    assert "the disk is full" in degraded["message"]


async def test_the_failure_is_told_until_the_request_is_taken_away() -> None:
    world = await serving()
    await ask(world)
    await end(world, "checking", failure("no such backup"), fails=True)
    await world.settle()
    await world.kube.delete(KINDS["ReseeRestore"], KEY[0], "back")
    await world.settle()

    assert (await world.condition("Degraded"))["status"] == "False"


async def test_who_does_not_stop_is_named_and_ends_the_restore() -> None:
    world = await serving()
    await ask(world)
    await end(world, "checking", CHECKED)
    assert "Deployment demo-beat" in (await told(world))["message"]
    world.seconds += 601
    await world.run()
    await world.settle()

    assert (await told(world))["phase"] == "Failed"
    assert "did not end within 600 s" in (await told(world))["message"]
    assert replicas(world) == {1}


async def test_what_cannot_be_migrated_stays_closed_and_says_the_way_back() -> None:
    world = await serving()
    await ask(world)
    await reach(world, "migrating")
    job = job_named(world, "migrate")["metadata"]["name"]
    condition = {"type": "Failed", "status": "True", "message": "BackoffLimit"}
    change = {"status": {"conditions": [condition]}}
    await world.kube.patch(KINDS["Job"], KEY[0], job, change, subresource="status")
    await world.run()

    status = await told(world)
    assert status["phase"] == "Migrating"
    assert f"restore the safety backup {SAFE}" in status["message"]
    assert (replicas(world), port(world)) == ({0}, CLOSED)
    assert (await world.condition("Degraded"))["status"] == "True"


async def test_without_a_safety_backup() -> None:
    world = await serving()
    await ask(world, safetyBackup=False)
    await end(world, "checking", CHECKED)
    await controllers(world)

    assert (await told(world))["phase"] == "Restoring"


async def test_a_suspended_deployment_waits() -> None:
    world = await serving(suspend=True)
    await ask(world)

    assert await told(world) == {"phase": "Waiting", "message": "waits until spec.suspend is false"}


async def test_one_after_the_other() -> None:
    world = await serving()
    await ask(world, name="back")
    await ask(world, name="later")

    assert (await told(world, name="later"))["message"] == "waits for ReseeRestore back"
    await end(world, "checking", failure("damaged"), fails=True)
    await controllers(world)
    assert (await told(world, name="later"))["phase"] == "Checking"


@pytest.mark.parametrize(
    ("status", "phase", "message"),
    [
        (None, "Failed", "there is no ReseeBackup nightly"),
        ({"phase": "Running"}, "Waiting", "waits for ReseeBackup nightly"),
        ({"phase": "Failed"}, "Failed", "ReseeBackup nightly failed"),
        ({"phase": "Succeeded", "backup": ID}, "Checking", "versions"),
    ],
)
async def test_a_backup_by_its_name(status: dict[str, Any] | None, phase: str, message: str) -> None:
    world = await serving()
    if status is not None:
        await ask(world, "ReseeBackup", "nightly")
        await world.kube.patch(
            KINDS["ReseeBackup"], KEY[0], "nightly", {"status": status}, subresource="status"
        )
    await ask(world, backup="nightly")

    said = await told(world)
    assert (said["phase"], message in said["message"]) == (phase, True), said
    if phase == "Checking":
        assert arguments(world, "checking")[1] == ID


async def test_from_another_bucket() -> None:
    world = await serving()
    s3 = {"bucket": "old-backups", "endpoint": "http://s3.local:9000", "credentialsSecret": "keys"}
    await ask(world, backup=ID, source={"s3": s3, "namespace": "gone", "deployment": "resee"})

    assert arguments(world, "checking") == ["preflight", ID, "--owner", "current"]
    container = job_named(world, "checking")["spec"]["template"]["spec"]["containers"][0]
    variables = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert variables["BACKUP_DESTINATION"] == "s3://old-backups"
    assert variables["BACKUP_NAME"] == "gone/resee"
    policy = world.kube.objects("NetworkPolicy")["demo-backup"]
    assert {"port": 9000, "protocol": "TCP"} in policy["spec"]["egress"][-1]["ports"]


async def test_a_check_whose_word_is_lost_is_made_again() -> None:
    world = await serving()
    await ask(world)
    first = job_named(world, "checking")["metadata"]["uid"]
    await end(world, "checking", "")
    await world.run()

    assert (await told(world))["phase"] == "Checking"
    assert job_named(world, "checking")["metadata"]["uid"] != first


@pytest.mark.parametrize("stop_after", range(14))
async def test_an_operator_that_is_killed_after_any_write_ends_the_restore(stop_after: int) -> None:
    world = await serving()
    await ask(world)
    said = {"checking": CHECKED, "saving": SAVED, "restoring": RESTORED, "swapping": SWAPPED, "migrate": ""}
    for _ in range(30):
        await world.run_killed(stop_after)
        await world.run(world.replica())
        await end_open_jobs(world, said)
        await world.move(("Deployment", "StatefulSet"))
        world.seconds += 10

    assert (await told(world))["phase"] == "Succeeded"
    assert (replicas(world), port(world), jobs(world)) == ({1}, OPEN, [])
    assert (await world.condition("Ready"))["status"] == "True"


@pytest.mark.parametrize("phase", ["checking", "saving", "restoring", "swapping"])
@pytest.mark.parametrize("kind", [RESEE.kind, "ReseeRestore"])
async def test_a_kill_before_a_status_is_written_changes_nothing(phase: str, kind: str) -> None:
    """The phase is over, its Job has ended, and the operator dies on its way to say so."""
    world = await serving()
    await ask(world)
    await reach(world, phase)
    said = {"checking": CHECKED, "saving": SAVED, "restoring": RESTORED, "swapping": SWAPPED}[phase]

    def die(verb: str, key: tuple[str, str, str]) -> ApiError | None:
        return Unavailable(503, "Unavailable", "gone") if (verb, key[0]) == ("patch", kind) else None

    await end_job(world, f"-{phase}", said)
    world.kube.fail = die
    await world.run()
    world.kube.fail = lambda _verb, _key: None
    world.reconciler = world.replica()
    await world.run()
    await controllers(world)
    following = {
        "checking": "Saving",
        "saving": "Restoring",
        "restoring": "Swapping",
        "swapping": "Migrating",
    }

    assert (await told(world))["phase"] == following[phase]
    assert replicas(world) == {0}


async def test_a_request_that_is_taken_away_opens_again() -> None:
    world = await serving()
    await ask(world)
    await reach(world, "restoring")
    await world.kube.delete(KINDS["ReseeRestore"], KEY[0], "back")
    await world.settle()

    assert (replicas(world), port(world), jobs(world)) == ({1}, OPEN, [])


async def test_taken_away_at_the_exchange_the_migrations_run_anew() -> None:
    """Nobody knows which database is in place then."""
    world = await serving()
    before = job_named(world, "migrate")["metadata"]["name"]
    await ask(world)
    await reach(world, "swapping")
    await world.kube.delete(KINDS["ReseeRestore"], KEY[0], "back")
    await world.settle()

    assert job_named(world, "migrate")["metadata"]["name"] != before
    assert replicas(world) == {1}
