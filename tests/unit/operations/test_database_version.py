"""PostgreSQL of another major version than the data's: refused, and the one that runs stays."""

from __future__ import annotations

import pytest

from resee_operator.operations.database_version import major
from tests.unit.engine.world import World


def image(world: World) -> str:
    spec = world.kube.objects("StatefulSet")["demo-postgres"]["spec"]["template"]["spec"]
    return str(spec["containers"][0]["image"])


async def after(old: str, new: str) -> World:
    world = World(images={"postgres": old})
    await world.create()
    await world.settle()
    await world.edit(images={"postgres": new})
    await world.run()
    return world


@pytest.mark.parametrize("new", ["postgres:16", "postgres:16.1-alpine", "registry.example:5000/postgres:14"])
async def test_another_major_version_is_refused(new: str) -> None:
    world = await after("postgres:15.4", new)

    assert image(world) == "postgres:15.4"
    degraded = await world.condition("Degraded")
    assert degraded["reason"] == "VersionRefused"
    assert "the data is of PostgreSQL 15" in degraded["message"]
    await world.edit(images={"postgres": "postgres:15.5"})
    await world.settle()
    assert image(world) == "postgres:15.5"
    assert (await world.condition("Degraded"))["status"] == "False"


@pytest.mark.parametrize("new", ["postgres:15.9", "mirror.example/postgres:15-bookworm", "mine:latest"])
async def test_the_same_major_version_and_one_that_nobody_knows_are_taken(new: str) -> None:
    assert image(await after("postgres:15.4", new)) == new


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("postgres:15", 15),
        ("r:5000/postgres:16.2@sha256:" + "a" * 64, 16),
        ("postgres", None),
        ("r:5000/postgres", None),
        ("resee-postgres:0.1.0-abc", None),
        ("postgres:latest", None),
    ],
)
def test_major_of_an_image(name: str, number: int | None) -> None:
    assert major(name) == number
