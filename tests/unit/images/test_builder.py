"""What is built and what is not, and under which names, told to an engine that remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from devcluster.build import push
from devcluster.errors import ClusterError
from devcluster.images import base, builder
from devcluster.images.builder import Builder
from devcluster.images.catalogue import Image
from devcluster.images.client import DockerClient
from devcluster.images.context import Context, Tree
from devcluster.images.staging import Report, Staging
from devcluster.progress import Progress

APPLICATION = ("resee-backend", "resee-nginx", "resee-backup")


@dataclass(frozen=True)
class RememberingEngine(DockerClient):
    """Holds references where an engine holds images; ``broken`` names an image whose build fails."""

    held: set[str] = field(default_factory=lambda: {base.reference()})
    builds: list[str] = field(default_factory=list)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    pushed: list[str] = field(default_factory=list)

    def has(self, reference: str) -> bool:
        return reference in self.held

    def tag(self, reference: str, other: str) -> None:
        assert reference in self.held
        self.held.add(other)

    def push(self, reference: str) -> None:
        assert reference in self.held
        self.pushed.append(reference)

    def build(self, context: Context, reference: str, log: Path, options: tuple[str, ...] = ()) -> None:
        name = reference.rpartition("/")[2].partition(":")[0]
        if name in self.broken:
            raise ClusterError(f"building {name} failed", "Read the log.")
        self.builds.append(name)
        self.options[name] = options
        self.held.add(reference)


def sources(name: str) -> Callable[[Staging, Report], tuple[Tree, ...]]:
    return lambda staging, _report: (Tree(staging.repository / name, "app"),)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of four images with one file each."""
    images = [
        *(Image(name, "Dockerfile", sources(name)) for name in APPLICATION),
        Image("resee-operator", "Dockerfile", sources("resee-operator"), kind="operator"),
        Image("resee-redis", "Dockerfile", sources("resee-redis"), kind="stand-in"),
    ]
    monkeypatch.setattr(builder, "IMAGES", tuple(images))
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    for image in images:
        (tmp_path / image.name).mkdir()
        (tmp_path / image.name / "file").write_text(image.name)
    return tmp_path


@pytest.fixture
def engine() -> RememberingEngine:
    return RememberingEngine()


@pytest.fixture
def made(repository: Path, engine: RememberingEngine) -> Builder:
    return Builder(engine, Staging(repository), repository / "logs", "0.1.0")


def build(made: Builder) -> dict[str, str]:
    return made.build(Progress.silent())


def version(reference: str) -> str:
    return reference.rpartition(":")[2]


def test_a_second_build_builds_nothing(made: Builder, engine: RememberingEngine) -> None:
    first = build(made)
    assert sorted(engine.builds) == sorted(first)
    engine.builds.clear()
    assert build(made) == first
    assert engine.builds == []


def test_only_what_changed_is_built(repository: Path, made: Builder, engine: RememberingEngine) -> None:
    build(made)
    engine.builds.clear()
    (repository / "resee-backend" / "file").write_text("changed")
    build(made)
    assert engine.builds == ["resee-backend"]


def test_the_application_shares_one_version_that_changes_with_each_part(
    repository: Path, made: Builder
) -> None:
    before = build(made)
    assert len({version(before[name]) for name in APPLICATION}) == 1
    (repository / "resee-nginx" / "file").write_text("changed")
    after = build(made)
    assert len({version(after[name]) for name in APPLICATION}) == 1
    assert version(after["resee-backend"]) != version(before["resee-backend"])


def test_a_changed_operator_leaves_the_application_alone(repository: Path, made: Builder) -> None:
    before = build(made)
    (repository / "resee-operator" / "file").write_text("changed")
    after = build(made)
    assert {name for name in before if before[name] != after[name]} == {"resee-operator"}


def test_every_reference_is_held_by_the_engine(made: Builder, engine: RememberingEngine) -> None:
    assert set(build(made).values()) <= engine.held


def test_offline_images_stand_on_the_base_made_here(made: Builder, engine: RememberingEngine) -> None:
    build(made)
    assert f"--build-arg=BASE={base.reference()}" in engine.options["resee-backend"]


def test_online_there_are_no_stand_ins_and_no_other_base(made: Builder, engine: RememberingEngine) -> None:
    engine.held.clear()
    references = build(replace(made, offline=False))
    assert "resee-redis" not in references
    assert not any("BASE" in option for options in engine.options.values() for option in options)


def test_a_failure_is_raised_and_the_others_are_built(made: Builder, engine: RememberingEngine) -> None:
    engine.broken.add("resee-nginx")
    with pytest.raises(ClusterError, match="resee-nginx"):
        build(made)
    assert {"resee-backend", "resee-backup"} <= set(engine.builds)


def test_one_image_alone_is_built_alone(made: Builder, engine: RememberingEngine) -> None:
    reference = made.build_one("resee-nginx", Progress.silent())
    assert engine.builds == ["resee-nginx"]
    assert reference in engine.held


def test_a_release_is_pushed_under_its_version(made: Builder, engine: RememberingEngine) -> None:
    references = build(replace(made, registry="ghcr.io/example"))
    push(engine, references, "1.2.3", Progress.silent())
    assert sorted(engine.pushed) == sorted(f"ghcr.io/example/{name}:1.2.3" for name in references)
