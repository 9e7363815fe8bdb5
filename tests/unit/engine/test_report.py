"""What people are told: crashes with their last line, trouble and its end to Slack, and never a secret."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.engine.report import without
from resee_operator.kube.resources import KINDS
from tests.unit.engine.world import KEY, World


def crashing(name: str) -> dict[str, Any]:
    """A Pod of web that ends again and again."""
    labels = {"app.kubernetes.io/instance": "demo", "app.kubernetes.io/component": "web"}
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 10s"}
    ended = {"terminated": {"exitCode": 1, "reason": "Error"}}
    container = {"name": "web", "ready": False, "state": {"waiting": waiting}, "lastState": ended}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": KEY[0], "labels": labels},
        "status": {"phase": "Running", "containerStatuses": [container]},
    }


def _waiting(reason: str, message: str) -> dict[str, Any]:
    return {"name": "web", "ready": False, "state": {"waiting": {"reason": reason, "message": message}}}


async def crash(world: World) -> None:
    await world.create()
    await world.settle()
    await world.kube.create(crashing("demo-web-1"))
    down = {"readyReplicas": 0, "availableReplicas": 0}
    await world.kube.patch(KINDS["Deployment"], KEY[0], "demo-web", {"status": down}, subresource="status")
    await world.run()


def messages(world: World) -> list[str]:
    return [event["message"] for event in world.kube.objects("Event").values()]


async def test_crash_is_told_with_the_last_line() -> None:
    world = World()
    world.kube.logs["demo-web-1", "web (previous)"] = "OSError: disk is full"
    await crash(world)

    assert any('its last line: "OSError: disk is full"' in message for message in messages(world))


async def test_last_line_loses_its_secrets() -> None:
    world = World()
    await world.create()
    await world.settle()
    password = world.secret("demo-database", "password")
    world.kube.logs["demo-web-1", "web (previous)"] = f"cannot log in with {password}!"
    await world.kube.create(crashing("demo-web-1"))
    down = {"readyReplicas": 0, "availableReplicas": 0}
    await world.kube.patch(KINDS["Deployment"], KEY[0], "demo-web", {"status": down}, subresource="status")
    await world.run()

    assert any('"cannot log in with ***!"' in message for message in messages(world))
    assert password not in str(world.kube.objects("Event"))


async def test_line_is_that_of_the_pod_that_is_named() -> None:
    world = World()
    world.kube.logs["a-healthy-name", "web (previous)"] = "of another Pod"
    world.kube.logs["demo-web-1", "web (previous)"] = "the right one"
    other = crashing("a-healthy-name")
    other["metadata"]["labels"]["app.kubernetes.io/component"] = "nginx"
    await world.kube.create(other)
    await crash(world)

    assert any("Pod demo-web-1" in message and "the right one" in message for message in messages(world))
    assert not any("of another Pod" in message for message in messages(world))


async def test_failed_job_is_told_with_the_last_line_of_its_pod() -> None:
    world = World()
    await world.create()
    await world.run()
    await world.move()
    await world.run()
    (job,) = world.kube.objects("Job")
    failed = {"type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit"}
    await world.kube.patch(
        KINDS["Job"], KEY[0], job, {"status": {"conditions": [failed]}}, subresource="status"
    )
    pod = crashing(f"{job}-x2x4q")
    pod["metadata"]["labels"] |= {
        "app.kubernetes.io/component": "migration",
        "batch.kubernetes.io/job-name": job,
    }
    pod["status"] = {
        "phase": "Failed",
        "containerStatuses": [{"name": "migration", "state": {"terminated": {"exitCode": 1}}}],
    }
    await world.kube.create(pod)
    world.kube.logs[f"{job}-x2x4q", "migration"] = "django.db.utils.OperationalError: canceling statement"
    await world.run()

    assert any(
        job in message and 'its last line: "django.db.utils.OperationalError' in message
        for message in messages(world)
    ), messages(world)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"containerStatuses": [_waiting("ImagePullBackOff", "not found")]}, "the image cannot be pulled"),
        (
            {
                "conditions": [
                    {
                        "type": "PodScheduled",
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "0/1 nodes are available",
                    }
                ]
            },
            "fits no node (0/1 nodes are available)",
        ),
        ({"containerStatuses": [_waiting("CreateContainerConfigError", "no key")]}, "no key"),
    ],
    ids=["ImagePullBackOff", "unschedulable", "CreateContainerConfigError"],
)
async def test_what_keeps_a_pod_from_starting_is_told_once(status: dict[str, Any], said: str) -> None:
    world = World()
    await world.create()
    await world.settle()
    pod = crashing("demo-web-1")
    pod["status"] = {"phase": "Pending", **status}
    await world.kube.create(pod)
    down = {"readyReplicas": 0, "availableReplicas": 0}
    await world.kube.patch(KINDS["Deployment"], KEY[0], "demo-web", {"status": down}, subresource="status")
    for _ in range(3):
        await world.run()
        world.seconds += 60

    told = [event for event in world.kube.objects("Event").values() if said in event["message"]]
    assert [(event["type"], event["reason"], event["count"]) for event in told] == [("Warning", "Blocked", 1)]
    assert told[0]["involvedObject"]["name"] == "demo"


async def test_slack_is_told_of_trouble_and_of_its_end() -> None:
    world = World(notifications={"slack": {"secretName": "slack", "key": "url"}})
    await world.kube.create(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "slack", "namespace": KEY[0]},
            "data": {"url": "aHR0cHM6Ly9zbGFjay5leGFtcGxl"},
        }
    )
    await crash(world)
    await world.kube.delete(KINDS["Pod"], KEY[0], "demo-web-1")
    await world.settle()

    assert [webhook for webhook, _ in world.told] == ["https://slack.example"] * 2
    assert "default/demo: web: " in world.told[0][1]
    assert world.told[1][1].endswith("the trouble is over")


async def test_without_slack_nobody_is_told() -> None:
    world = World()
    await crash(world)

    assert world.told == []


def test_longer_secrets_are_taken_out_first() -> None:
    assert (
        without(["secret", "secret-longer", "80"], "a secret-longer secret on port 80")
        == "a *** *** on port 80"
    )
