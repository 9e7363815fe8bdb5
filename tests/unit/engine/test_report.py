"""What people are told: crashes with their last line, trouble and its end to Slack, and never a secret."""

from __future__ import annotations

from typing import Any

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
