"""One pass over a fake cluster: what it does, and the reason that it gives."""

from __future__ import annotations

import pytest

from resee_operator.engine.news import SETTLE
from resee_operator.engine.outcome import OutcomeReason
from resee_operator.engine.queue import CROWD, Urgency
from resee_operator.kube.api import FIELD_MANAGER
from resee_operator.kube.errors import ApiError, Invalid, NotLeader, Unavailable
from resee_operator.kube.fake import FakeKube
from resee_operator.kube.resources import KINDS, RESEE, Manifest
from resee_operator.stages import Defaults
from tests.unit.engine.world import KEY, World

WRITES = ("create", "apply", "patch", "replace", "delete")


def writes(world: World) -> int:
    return sum(world.kube.calls[verb] for verb in WRITES)


async def test_first_pass_creates_what_nothing_holds_back() -> None:
    world = World()
    await world.create()
    outcome = await world.run()

    assert outcome.reason is OutcomeReason.WAITING
    assert "demo-postgres" in world.kube.objects("StatefulSet")
    assert "demo-nginx" in world.kube.objects("Deployment")
    assert "demo-web" not in world.kube.objects("Deployment")
    assert world.kube.objects("Job") == {}


async def test_everything_is_ready_in_the_end() -> None:
    world = World()
    await world.create()
    outcome = await world.settle()

    assert outcome.reason is OutcomeReason.IN_SYNC
    assert (await world.condition("Ready"))["status"] == "True"
    assert (await world.condition("Progressing"))["status"] == "False"
    assert (await world.status())["replicas"]["web"] == "1/1"


async def test_pass_without_drift_calls_nothing() -> None:
    world = World()
    await world.create()
    await world.settle()
    before = world.kube.calls.total()

    assert (await world.run()).reason is OutcomeReason.IN_SYNC
    assert world.kube.calls.total() == before


async def test_restarted_operator_calls_nothing() -> None:
    world = World()
    await world.create()
    await world.settle()
    before = world.kube.calls.total()

    assert (await world.run(world.replica())).reason is OutcomeReason.IN_SYNC
    assert world.kube.calls.total() == before


async def test_one_write_for_each_child_and_two_for_the_status() -> None:
    world = World()
    await world.create()
    before = writes(world)
    for _ in range(8):
        await world.run()
        moved = writes(world)
        await world.move()
        before += writes(world) - moved

    children = sum(
        len(world.kube.objects(resource.kind)) for resource in KINDS.values() if resource is not RESEE
    )
    assert (await world.condition("Ready"))["status"] == "True"
    assert writes(world) - before == children + 2


async def test_status_costs_two_writes_where_controllers_are_faster_than_the_pass() -> None:
    world = World()
    world.kube = Prompt(world)
    world.reconciler = world.replica()
    await world.create()
    for _ in range(8):
        await world.run()

    assert (await world.condition("Ready"))["status"] == "True"
    assert (await world.condition("Progressing"))["status"] == "False"
    assert world.kube.calls["patch"] == 2 + world.kube.moved


class Prompt(FakeKube):
    """Everything runs, and is seen to run, before its own write is answered."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.moved = 0

    async def apply(
        self, manifest: Manifest, *, manager: str = FIELD_MANAGER, dry_run: bool = False
    ) -> Manifest:
        answer = await super().apply(manifest, manager=manager, dry_run=dry_run)
        if manifest["kind"] in ("Deployment", "StatefulSet", "Job"):
            before = self.calls["patch"]
            await self._world.move((manifest["kind"],))
            self.moved += self.calls["patch"] - before
        self._world.look()
        return answer


async def test_upgraded_operator_keeps_the_version() -> None:
    world = World()
    await world.create()
    await world.settle()
    before = writes(world)
    newer = Defaults(
        registry="registry.example/resee",
        version="2.0.0",
        postgres_image="postgres:15",
        redis_image="redis:7",
    )

    assert (await world.run(world.replica(newer))).reason is OutcomeReason.IN_SYNC
    assert writes(world) == before


async def test_changed_field_is_written_alone() -> None:
    world = World()
    await world.create()
    await world.settle()
    await world.edit(web={"concurrency": 7})
    outcome = await world.run()

    assert outcome.changed == [
        "change Deployment/demo-web (metadata.annotations.resee.io/applied, " + _CHANGED
    ]


_CHANGED = "spec.template.spec.containers[web].env[WEB_CONCURRENCY].value)"


async def test_status_of_an_edit_waits_for_the_children_of_a_crowd_but_not_for_ever() -> None:
    world = World()
    await world.create()
    await world.settle()
    for number in range(CROWD + 1):
        world.queue.add(("default", f"other-{number}"), Urgency.EDIT)
    told = (await world.status())["observedGeneration"]

    await world.edit(logLevel="WARNING")
    edited = writes(world)
    outcome = await world.run()
    assert writes(world) - edited == len(outcome.changed) > 0
    assert (await world.status())["observedGeneration"] == told
    world.seconds += SETTLE
    await world.run()
    assert (await world.status())["observedGeneration"] == told + 1


async def test_wrong_spec_is_named_and_what_runs_stays() -> None:
    world = World()
    await world.create()
    await world.settle()
    await world.edit(web={"resources": {"requests": {"memory": "lots"}}})
    outcome = await world.run()

    assert outcome.reason is OutcomeReason.INVALID
    assert not outcome.retried
    assert "memory" in outcome.sentence
    assert (await world.condition("Degraded"))["message"] == outcome.sentence
    assert (await world.condition("Ready"))["status"] == "True"
    assert "demo-web" in world.kube.objects("Deployment")


async def test_what_ran_before_is_mended_beside_an_invalid_spec() -> None:
    world = World()
    await world.create()
    await world.settle()
    await world.edit(web={"resources": {"requests": {"memory": "lots"}}})
    await world.run()
    await world.kube.delete(KINDS["Service"], KEY[0], "demo-web")
    outcome = await world.run()

    assert outcome.reason is OutcomeReason.INVALID
    assert "demo-web" in world.kube.objects("Service")
    assert (await world.condition("Degraded"))["reason"] == "InvalidSpec"


async def test_conditions_tell_the_truth_beside_an_invalid_spec() -> None:
    world = World()
    await world.create()
    await world.settle()
    await world.edit(web={"resources": {"requests": {"memory": "lots"}}})
    await world.run()
    down = {"observedGeneration": 1, "replicas": 1, "readyReplicas": 0}
    await world.kube.patch(
        KINDS["StatefulSet"], KEY[0], "demo-postgres", {"status": down}, subresource="status"
    )
    await world.run()
    world.seconds += 10
    await world.run()

    assert (await world.condition("DatabaseReady"))["status"] == "False"
    assert (await world.condition("Ready"))["status"] == "False"


async def test_corrected_spec_heals() -> None:
    world = World(web={"resources": {"requests": {"memory": "lots"}}})
    await world.create()
    assert (await world.run()).reason is OutcomeReason.INVALID
    await world.edit(web=None)

    assert (await world.settle()).reason is OutcomeReason.IN_SYNC
    assert (await world.condition("Degraded"))["status"] == "False"


async def test_refused_write_is_told_and_the_others_are_made() -> None:
    world = World()
    await world.create()

    def refuse(verb: str, key: tuple[str, str, str]) -> ApiError | None:
        return Invalid(422, "Invalid", "quota exceeded") if verb == "apply" and key[0] == "CronJob" else None

    world.kube.fail = refuse
    outcome = await world.run()
    assert outcome.reason is OutcomeReason.REJECTED
    assert outcome.retried
    assert "quota exceeded" in outcome.sentence
    assert "demo-postgres" in world.kube.objects("StatefulSet")
    assert (await world.condition("Degraded"))["reason"] == "WriteRejected"


async def test_unavailable_server_is_tried_again() -> None:
    world = World()
    await world.create()
    world.kube.fail = lambda verb, _: (
        Unavailable(503, "Unavailable", "no leader") if verb == "create" else None
    )
    outcome = await world.run()
    assert outcome.reason is OutcomeReason.FAILED
    assert outcome.retried

    world.kube.fail = lambda _verb, _key: None
    assert (await world.settle()).reason is OutcomeReason.IN_SYNC


@pytest.mark.parametrize("stop_after", range(0, 30, 3))
async def test_pass_that_is_cut_off_after_any_write_is_taken_up_again(stop_after: int) -> None:
    world = World()
    await world.create()
    count = 0

    class KilledError(Exception):
        """The process ended."""

    def kill(verb: str, _key: tuple[str, str, str]) -> ApiError | None:
        nonlocal count
        count += verb in WRITES
        if count > stop_after:
            raise KilledError
        return None

    world.kube.fail = kill
    with pytest.raises(KilledError):
        await world.run()
    secrets = world.kube.objects("Secret")
    world.kube.fail = lambda _verb, _key: None
    world.reconciler = world.replica()

    assert (await world.settle()).reason is OutcomeReason.IN_SYNC
    for name, found in secrets.items():
        assert world.kube.objects("Secret")[name]["data"] == found["data"]


async def test_lost_leadership_ends_the_pass() -> None:
    world = World()
    await world.create()

    def lost(verb: str, _key: tuple[str, str, str]) -> ApiError | None:
        if verb in WRITES:
            raise NotLeader
        return None

    world.kube.fail = lost
    outcome = await world.run()
    assert outcome.reason is OutcomeReason.NOT_LEADING
    assert not outcome.retried


async def test_deleted_resee_is_left_to_the_garbage_collector() -> None:
    world = World()
    await world.create()
    await world.settle()
    await world.kube.delete(RESEE, *KEY)
    before = writes(world)

    assert (await world.run()).reason is OutcomeReason.DELETED
    assert writes(world) == before


async def test_worker_group_that_is_no_longer_wanted_goes() -> None:
    world = World(
        workers=[
            {"name": "all", "queues": ["default", "reviews", "email"]},
            {"name": "more", "queues": ["email"]},
        ]
    )
    await world.create()
    await world.settle()
    assert "demo-worker-more" in world.kube.objects("Deployment")
    await world.edit(workers=[{"name": "all", "queues": ["default", "reviews", "email"]}])
    outcome = await world.run()

    assert "delete Deployment/demo-worker-more" in outcome.changed
    assert "demo-worker-more" not in world.kube.objects("Deployment")
    assert "demo-worker-all" in world.kube.objects("Deployment")


async def test_volume_is_never_deleted_as_an_orphan() -> None:
    world = World()
    await world.create()
    await world.settle()
    volumes = world.kube.objects("PersistentVolumeClaim").keys()
    await world.edit(backup={"enabled": False})
    await world.settle()

    assert world.kube.objects("PersistentVolumeClaim").keys() == volumes


async def test_deleted_worker_comes_back_while_the_database_is_down() -> None:
    world = World()
    await world.create()
    await world.settle()
    down = {"readyReplicas": 0, "availableReplicas": 0}
    await world.kube.patch(
        KINDS["StatefulSet"], KEY[0], "demo-postgres", {"status": down}, subresource="status"
    )
    await world.kube.delete(KINDS["Deployment"], KEY[0], "demo-worker-all")
    outcome = await world.run()

    assert "demo-worker-all" in world.kube.objects("Deployment")
    assert outcome.repaired == ["Deployment"]


async def test_new_version_migrates_before_web_and_web_before_workers() -> None:
    world = World()
    await world.create()
    await world.settle()
    await world.edit(version="2.0.0")
    await world.run()
    assert _image(world, "demo-web").endswith(":1.0.0")

    for _ in ("preflight", "migration"):
        await world.move()
        await world.run()
    assert _image(world, "demo-web").endswith(":2.0.0")
    assert _image(world, "demo-worker-all").endswith(":1.0.0")
    assert (await world.status())["version"] == "1.0.0"

    await world.settle()
    assert (await world.settle()).reason is OutcomeReason.IN_SYNC
    assert _image(world, "demo-beat").endswith(":2.0.0")
    assert (await world.status())["version"] == "2.0.0"


async def test_unknown_error_of_one_pass_is_not_swallowed() -> None:
    world = World()
    await world.create()

    def broken(_verb: str, _key: tuple[str, str, str]) -> ApiError | None:
        raise ZeroDivisionError

    world.kube.fail = broken
    with pytest.raises(ZeroDivisionError):
        await world.run()


def _image(world: World, name: str) -> str:
    deployment = world.kube.objects("Deployment")[name]
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
