"""The images of this checkout, on the engine in use."""

from __future__ import annotations

import pytest

from devcluster.build import build_images
from devcluster.engine import Engine, select
from devcluster.progress import Progress
from tests.images.containers import Runner


@pytest.fixture(scope="session")
def engine() -> Engine:
    chosen = select()
    chosen.ensure_running()
    return chosen


@pytest.fixture(scope="session")
def images(engine: Engine) -> dict[str, str]:
    """References by name; what has not changed is not built again."""
    return build_images(engine, Progress.silent())


@pytest.fixture(scope="session")
def database_image(images: dict[str, str]) -> str:
    """The stand-in, or where a registry can be reached the official image, under the same tests."""
    return images.get("resee-postgres", "postgres:15")


@pytest.fixture(scope="session")
def redis_image(images: dict[str, str]) -> str:
    return images.get("resee-redis", "redis:7")


@pytest.fixture(scope="session")
def runner(engine: Engine) -> Runner:
    return Runner(engine)
