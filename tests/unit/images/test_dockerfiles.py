"""Each Dockerfile builds on both engines, offline, and ends as a user who is nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devcluster import paths
from devcluster.images.catalogue import IMAGES, Image

OFFICIAL = {
    "resee-operator": "python:3.11-slim-bookworm",
    "resee-backend": "python:3.11-slim-bookworm",
    "resee-nginx": "nginx:1.28-bookworm",
    "resee-backup": "postgres:15-bookworm",
    "resee-postgres-ha": "postgres:15-bookworm",
    "resee-pgbouncer": "debian:bookworm-slim",
}
# What the catalogue stages for each image, as the names that its Dockerfile copies.
STAGED = {
    "resee-operator": {"site-packages", "resee_operator"},
    "resee-backend": {"site-packages", "backend"},
    "resee-nginx": {"html", "static", "nginx"},
    "resee-backup": {"site-packages", "resee_backup"},
    "resee-postgres-ha": {"site-packages", "resee_patroni"},
    "resee-pgbouncer": set(),
    "resee-postgres": {"docker-entrypoint.sh"},
    "resee-redis": {"docker-entrypoint.sh"},
}


def text(image: Image) -> str:
    return (paths.ROOT / image.dockerfile).read_text()


def instructions(image: Image) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", " ", text(image))
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def of(image: Image, instruction: str) -> list[str]:
    return [rest for word, rest in instructions(image) if word == instruction]


@pytest.fixture(params=IMAGES, ids=lambda image: image.name)
def image(request: pytest.FixtureRequest) -> Image:
    found: Image = request.param
    return found


def test_the_base_is_an_argument_with_the_official_image_as_default(image: Image) -> None:
    default = OFFICIAL.get(image.name)
    assert of(image, "ARG") == [f"BASE={default}" if default else "BASE"]
    assert of(image, "FROM") == ["${BASE}"]


def test_it_ends_as_a_numbered_user_who_is_not_root(image: Image) -> None:
    uid = of(image, "USER")[-1].partition(":")[0]
    assert int(uid) == (999 if image.kind in ("data", "stand-in") else 10001)


def test_only_the_classic_builder_is_needed(image: Image) -> None:
    assert not re.search(r"--mount|<<|# *syntax=|COPY --(link|chmod|parents)", text(image))


def test_what_is_copied_is_staged(image: Image) -> None:
    words = {word for copy in of(image, "COPY") for word in copy.split()[:-1]}
    sources = {word for word in words if not word.startswith("--")}
    assert sources == STAGED[image.name]


def test_nothing_is_fetched_by_address(image: Image) -> None:
    assert of(image, "ADD") == []
    assert not re.search(r"\b(curl|wget|pip|npm)\b", " ".join(of(image, "RUN")))


def test_labels_say_what_it_is(image: Image) -> None:
    labels = " ".join(of(image, "LABEL"))
    assert f'org.opencontainers.image.title="{image.name}"' in labels
    assert "org.opencontainers.image.licenses=" in labels


def test_no_secret_is_built_in(image: Image) -> None:
    assert not re.search(r"(PASSWORD|SECRET|TOKEN|ACCESS_KEY)\w*=", text(image))


ENTRYPOINTS = sorted((paths.ROOT / "images").rglob("*.sh"))


@pytest.mark.parametrize("script", ENTRYPOINTS, ids=lambda file: file.parent.name)
def test_entrypoints_stop_at_the_first_error(script: Path) -> None:
    assert re.search(r"^set -[A-Za-z]*e", script.read_text(), re.MULTILINE)
