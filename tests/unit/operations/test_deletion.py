"""Deletion: what goes, what stays, what it waits for, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.engine.outcome import OutcomeReason
from resee_operator.kube.errors import ApiError, Forbidden
from resee_operator.kube.resources import KINDS, RESEE
from tests.unit.engine.jobs import end_job, job_named, pod_of
from tests.unit.engine.world import KEY, World

VOLUMES = {"data-demo-postgres-0", "data-demo-redis-0"}


async def running(policy: str = "Snapshot", **spec: Any) -> World:
    world = World(deletionPolicy=policy, **spec)
    await world.create()
    await world.settle()
    return world


async def deleted(world: World) -> None:
    """The user deletes the custom resource."""
    await world.kube.delete(RESEE, *KEY)
    await world.run()


def exists(world: World) -> bool:
    return KEY[1] in world.kube.objects(RESEE.kind)


def finalizers(world: World) -> list[str]:
    return list(world.kube.objects(RESEE.kind)[KEY[1]]["metadata"].get("finalizers") or ())


def final_jobs(world: World) -> list[str]:
    return [name for name in world.kube.objects("Job") if "backup-final" in name]


async def test_only_a_snapshot_holds_the_deletion() -> None:
    for policy, held in (("Snapshot", ["resee.io/last-backup"]), ("Retain", []), ("Delete", [])):
        assert finalizers(await running(policy)) == held


async def test_finalizers_of_others_stay() -> None:
    world = await running("Retain")
    await world.kube.patch(RESEE, *KEY, {"metadata": {"finalizers": ["somebody.else/waits"]}})
    await world.edit(deletionPolicy="Snapshot")
    await world.run()
    assert finalizers(world) == ["somebody.else/waits", "resee.io/last-backup"]
    await world.edit(deletionPolicy="Retain")
    await world.run()
    assert finalizers(world) == ["somebody.else/waits"]


async def test_writers_end_before_the_last_backup_begins() -> None:
    world = await running()
    await world.kube.create(pod_of("web", "demo-web-1"))
    await deleted(world)

    for name in ("demo-web", "demo-worker-all"):
        assert world.kube.objects("Deployment")[name]["spec"]["replicas"] == 0
    assert world.kube.objects("StatefulSet")["demo-postgres"]["spec"]["replicas"] == 1
    assert final_jobs(world) == []
    assert "Pod demo-web-1 ends" in (await world.run()).sentence
    await world.kube.delete(KINDS["Pod"], KEY[0], "demo-web-1")
    await world.run()
    assert len(final_jobs(world)) == 1


async def test_volumes_go_with_the_backup_and_the_rest_of_the_data_stays() -> None:
    world = await running()
    await deleted(world)
    await end_job(world, "backup-final", {"ok": True})
    await world.run()

    assert not exists(world)
    assert set(world.kube.objects("PersistentVolumeClaim")) == {"demo-backup"}
    assert {"demo-app", "demo-database", "demo-redis"} <= set(world.kube.objects("Secret"))
    assert (await world.run()).reason is OutcomeReason.DELETED


async def test_failed_backup_holds_the_deletion_and_says_why() -> None:
    world = await running()
    await deleted(world)
    await end_job(world, "backup-final", {"ok": False, "message": "the bucket does not answer"}, fails=True)
    outcome = await world.run()

    assert outcome.reason is OutcomeReason.BLOCKED
    assert "the bucket does not answer" in outcome.sentence
    assert "resee.io/delete-without-backup=true" in outcome.sentence
    assert (await world.condition("Degraded"))["reason"] == "BackupFailed"
    assert exists(world)
    assert set(world.kube.objects("PersistentVolumeClaim")) >= VOLUMES


async def test_failed_backup_is_tried_again() -> None:
    world = await running()
    await deleted(world)
    await end_job(world, "backup-final", "down", fails=True)
    job = job_named(world, "backup-final")
    condition = {"type": "Failed", "status": "True", "lastTransitionTime": world.now().isoformat()}
    change = {"status": {"conditions": [condition]}}
    await world.kube.patch(KINDS["Job"], KEY[0], job["metadata"]["name"], change, subresource="status")
    await world.run()
    assert job_named(world, "backup-final")["metadata"]["uid"] == job["metadata"]["uid"]

    world.seconds += 301
    await world.run()
    await world.run()
    assert job_named(world, "backup-final")["metadata"]["uid"] != job["metadata"]["uid"]


@pytest.mark.parametrize("spec", [None, {"web": {"resources": {"requests": {"memory": "lots"}}}}])
async def test_annotation_lets_it_go_whatever_the_spec_says(spec: dict[str, Any] | None) -> None:
    world = await running()
    if spec:
        await world.edit(**spec)
    await deleted(world)
    assert exists(world)
    annotations = {"resee.io/delete-without-backup": "true"}
    await world.kube.patch(RESEE, *KEY, {"metadata": {"annotations": annotations}})
    await world.run(world.replica())

    assert not exists(world)
    assert set(world.kube.objects("PersistentVolumeClaim")) >= VOLUMES


async def test_policy_changed_at_the_last_moment_counts() -> None:
    world = await running()
    await deleted(world)
    await world.edit(deletionPolicy="Retain")
    await world.run()

    assert not exists(world)
    assert set(world.kube.objects("PersistentVolumeClaim")) >= VOLUMES


async def test_suspended_deployment_is_backed_up_too() -> None:
    world = await running(suspend=True, backup={"enabled": False})
    await deleted(world)

    assert world.kube.objects("StatefulSet")["demo-postgres"]["spec"]["replicas"] == 1
    await world.move(("StatefulSet",))
    await world.run()
    assert len(final_jobs(world)) == 1
    assert "demo-backup" in world.kube.objects("NetworkPolicy")


async def test_deployment_that_goes_is_not_upgraded() -> None:
    world = await running(version="1")
    await world.edit(version="2")
    await deleted(world)

    assert not [name for name in world.kube.objects("Job") if "preflight" in name]
    assert job_named(world, "backup-final")["spec"]["template"]["spec"]["containers"][0]["image"]


async def test_namespace_that_ends_is_not_held() -> None:
    """Nothing can be made in it, and the data goes whatever we do."""
    world = await running()
    await world.kube.delete(RESEE, *KEY)
    said = "forbidden: unable to create new content in namespace default because it is being terminated"

    def refuse(verb: str, key: tuple[str, str, str]) -> ApiError | None:
        new = verb == "apply" and key[2] not in world.kube.objects(key[0])
        return Forbidden(403, "Forbidden", said) if new else None

    world.kube.fail = refuse
    await world.run()
    assert not exists(world)


async def test_operator_that_was_down_goes_on() -> None:
    world = await running()
    await world.kube.delete(RESEE, *KEY)
    assert exists(world)
    await world.run(world.replica())
    await end_job(world, "backup-final", {"ok": True})
    await world.run(world.replica())

    assert not exists(world)


@pytest.mark.parametrize("stop_after", range(8))
async def test_operator_that_is_killed_after_any_write_never_loses_the_data(stop_after: int) -> None:
    world = await running()
    await world.kube.delete(RESEE, *KEY)
    for _ in range(3):
        await world.run_killed(stop_after)
        assert exists(world)
        assert set(world.kube.objects("PersistentVolumeClaim")) >= VOLUMES
    await world.run(world.replica())
    await end_job(world, "backup-final", {"ok": True})
    await world.run_killed(stop_after)
    await world.run(world.replica())

    assert not exists(world)
