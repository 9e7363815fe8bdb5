"""What an operation may do to a pass: change what is wanted, add objects, block, remember, look again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from resee_operator.components import meta
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.engine.outcome import OutcomeReason
from resee_operator.kube.resources import KINDS
from resee_operator.operations import Course, Live, StatusWrite
from resee_operator.stages import Resolved
from tests.unit.engine.world import KEY, World

Step = Callable[[Course, Live, datetime], Course]


class Doing:
    """An operation that does what the test says."""

    NAME = "doing"

    def __init__(self, step: Step) -> None:
        self.steer = step


async def settled(step: Step, **spec: Any) -> World:
    world = World(operations=[Doing(step)], **spec)
    await world.create()
    await world.settle()
    return world


def config_map(resolved: Resolved) -> Manifest:
    metadata = meta.metadata(resolved, resolved.child("note"), "doing")
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}}


async def ask_backup(world: World, **status: Any) -> None:
    metadata = {"name": "now", "namespace": KEY[0]}
    request = {"apiVersion": "resee.io/v1alpha1", "kind": "ReseeBackup", "metadata": metadata}
    await world.kube.create({**request, "spec": {"deployment": KEY[1]}, "status": status})


async def calm(world: World) -> None:
    """Let the queue hand out what it holds."""
    while world.queue.depth:
        world.queue.done(await world.queue.get())


async def test_what_is_wanted_can_be_changed() -> None:
    def stop(course: Course, live: Live, now: datetime) -> Course:
        return course.further(resolved=replace(course.resolved, suspended=True))

    world = await settled(stop)
    assert world.kube.objects("Deployment")["demo-web"]["spec"]["replicas"] == 0


async def test_objects_come_and_go_with_the_operation() -> None:
    wanted = [True]

    def note(course: Course, live: Live, now: datetime) -> Course:
        return course.further(objects=[config_map(course.resolved)]) if wanted[0] else course

    world = await settled(note)
    assert "demo-note" in world.kube.objects("ConfigMap")
    wanted[0] = False
    await world.run()
    assert "demo-note" not in world.kube.objects("ConfigMap")


async def test_blocked_step_and_those_after_it_wait_with_the_sentence() -> None:
    def wait(course: Course, live: Live, now: datetime) -> Course:
        return course.further(blocks={"web": "the moon is not full"})

    world = await settled(wait)
    assert world.kube.objects("Job")
    assert set(world.kube.objects("Deployment")) == {"demo-nginx"}
    ready = await world.condition("Ready")
    assert ready["message"] == "Deployment/demo-web waits for web: the moon is not full"


async def test_first_operation_that_blocks_is_heard() -> None:
    first = Course(resolved=None, blocks={"web": "first"})  # type: ignore[arg-type]

    assert first.further(blocks={"web": "second", "beat": "b"}).blocks == {"web": "first", "beat": "b"}


async def test_memory_is_written_at_once_and_can_be_taken_away() -> None:
    said: list[Any] = [{"phase": "Preflight", "since": "now"}]

    def remember(course: Course, live: Live, now: datetime) -> Course:
        return course.further(status={"upgrade": said[0]})

    world = await settled(remember)
    assert (await world.status())["upgrade"] == {"phase": "Preflight", "since": "now"}
    for said[0] in ({"phase": "Migrating"}, None):
        await world.run()
        assert (await world.status()).get("upgrade") == said[0]


async def test_operation_sees_its_memory_and_the_time() -> None:
    seen: list[tuple[Any, datetime]] = []

    def look(course: Course, live: Live, now: datetime) -> Course:
        assert live.resee is not None
        seen.append(((live.resee.get("status") or {}).get("upgrade"), now))
        return course.further(status={"upgrade": {"phase": "Preflight"}})

    world = await settled(look)
    assert seen[0][0] is None
    assert seen[-1] == ({"phase": "Preflight"}, datetime.fromtimestamp(world.seconds, UTC))


async def test_verdict_of_an_operation_is_told() -> None:
    def judge(course: Course, live: Live, now: datetime) -> Course:
        return course.further(verdicts={"upgrade": Verdict(False, Reason.JOB_FAILED, "it broke")})

    world = await settled(judge)
    outcome = await world.run()
    assert (outcome.reason, outcome.sentence) == (OutcomeReason.BLOCKED, "upgrade: it broke")
    assert (await world.condition("Degraded"))["reason"] == "JobFailed"


async def test_verdict_can_stand_in_the_place_of_a_component() -> None:
    def judge(course: Course, live: Live, now: datetime) -> Course:
        return course.further(verdicts={"backup": Verdict(False, Reason.JOB_FAILED, "too old")})

    world = await settled(judge)
    assert (await world.condition("BackupHealthy"))["message"] == "too old"
    assert (await world.condition("Ready"))["status"] == "True"


async def test_earlier_look_stands_and_brings_a_pass() -> None:
    def soon(course: Course, live: Live, now: datetime) -> Course:
        return course.further(again=60.0).further(again=7.0)

    world = await settled(soon)
    world.seconds += 60
    await calm(world)
    await world.run()
    assert world.queue.depth == 0
    world.seconds += 7
    assert await world.queue.get() == KEY


async def test_request_wakes_its_deployment_and_is_answered_once() -> None:
    def answer(course: Course, live: Live, now: datetime) -> Course:
        asked = [found["metadata"]["name"] for found in live.all_of("ReseeBackup")]
        return course.further(writes=[StatusWrite("ReseeBackup", name, {"phase": "Done"}) for name in asked])

    world = await settled(answer)
    await calm(world)
    await ask_backup(world)
    world.look()
    assert await world.queue.get() == KEY
    await world.run()
    assert world.kube.objects("ReseeBackup")["now"]["status"] == {"phase": "Done"}
    before = world.kube.calls["patch"]
    await world.run()
    assert world.kube.calls["patch"] == before


async def test_request_that_went_meanwhile_is_no_failure() -> None:
    def answer(course: Course, live: Live, now: datetime) -> Course:
        return course.further(writes=[StatusWrite("ReseeBackup", "now", {"phase": "Done"})])

    world = await settled(answer)
    await ask_backup(world)
    world.look()
    await world.kube.delete(KINDS["ReseeBackup"], KEY[0], "now")
    outcome = await world.reconciler.run(KEY)
    assert outcome.reason is OutcomeReason.IN_SYNC


async def test_request_is_no_child_that_could_be_deleted() -> None:
    world = await settled(lambda course, live, now: course)
    await ask_backup(world)
    outcome = await world.run()
    assert list(outcome.changed) == []
    assert "now" in world.kube.objects("ReseeBackup")
