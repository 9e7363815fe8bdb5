"""Redis, the official image or its stand-in: arguments, folder, user, reachable by default."""

from __future__ import annotations

import pytest

from tests.images.containers import Container, Runner

pytestmark = pytest.mark.root

DURABLE = ("redis-server", "--appendonly", "yes", "--requirepass", "test-password")
PASSWORD = {"REDISCLI_AUTH": "test-password"}


@pytest.fixture(scope="module")
def image(redis_image: str) -> str:
    return redis_image


def ping(container: Container, **env: str) -> str:
    """Ask over the container's own address, as another Pod would."""
    address = container.run("hostname", "--ip-address").split()[0]
    return container.wait("redis-cli", "-h", address, "ping", env=env).strip()


def test_version_is_7(runner: Runner, image: str) -> None:
    assert " v=7." in runner.once(image, "--version")


def test_without_arguments_it_serves_other_machines(runner: Runner, image: str) -> None:
    with runner.volume() as volume, runner.running(image, volumes={volume: "/data"}) as container:
        assert ping(container) == "PONG"


def test_data_are_kept_for_the_next_container(runner: Runner, image: str) -> None:
    with runner.volume() as volume:
        with runner.running(image, *DURABLE, volumes={volume: "/data"}) as first:
            assert ping(first, **PASSWORD) == "PONG"
            first.run("redis-cli", "set", "kept", "yes", env=PASSWORD)
            assert first.stop() == 0
        with runner.running(image, *DURABLE, volumes={volume: "/data"}) as second:
            assert ping(second, **PASSWORD) == "PONG"
            assert second.run("redis-cli", "get", "kept", env=PASSWORD).strip() == "yes"


def test_a_password_is_asked_for(runner: Runner, image: str) -> None:
    with runner.volume() as volume, runner.running(image, *DURABLE, volumes={volume: "/data"}) as container:
        assert ping(container, **PASSWORD) == "PONG"
        assert "NOAUTH" in container.run("redis-cli", "ping")


def test_options_alone_start_the_server(runner: Runner, image: str) -> None:
    options = ("--maxmemory-policy", "noeviction")
    with runner.volume() as volume, runner.running(image, *options, volumes={volume: "/data"}) as container:
        assert ping(container) == "PONG"
        assert "noeviction" in container.run("redis-cli", "config", "get", "maxmemory-policy")


def test_it_runs_as_the_official_user(runner: Runner, image: str) -> None:
    assert runner.once(image, "id", "-u").strip() == "999"
