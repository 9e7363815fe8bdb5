"""What the node image is named after, what is built beside it, and where its unpacked images lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from devcluster import binaries, debian
from devcluster.engine.docker import DockerEngine
from devcluster.nodeimage import node, preload
from devcluster.progress import Progress

SNAPSHOTS = "var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs of each run of the compiler; an engine that holds every image stands in PATH."""
    asked: list[list[str]] = []

    def ensure_all(names: Iterable[str], _progress: Progress) -> dict[str, Path]:
        asked.append(list(names))
        return {name: tmp_path / f"{name}-1" / name for name in asked[-1]}

    monkeypatch.setattr(binaries, "ensure_all", ensure_all)
    monkeypatch.setattr(debian, "root_archive", lambda *_: tmp_path)
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text("#!/bin/sh\necho found\n")
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(docker.parent), prepend=":")
    return asked


def test_what_a_cluster_needs_is_compiled_in_one_run(runs: list[list[str]]) -> None:
    node.ensure(DockerEngine(), Progress.silent(), ("helm", "kind"))
    (names,) = runs
    assert {"kube", "runtime", "helm", "kind"} <= set(names)


@pytest.mark.usefixtures("runs")
def test_what_is_built_beside_the_image_does_not_change_its_name() -> None:
    alone = node.ensure(DockerEngine(), Progress.silent())
    assert node.ensure(DockerEngine(), Progress.silent(), ("helm", "kind")) == alone
    assert alone.startswith(f"{node.REPOSITORY}:")


def test_unpacked_images_lie_outside_the_volume_and_are_found_there(tmp_path: Path) -> None:
    program = tmp_path / SNAPSHOTS / "3" / "fs" / "usr/local/bin/kube"
    program.parent.mkdir(parents=True)
    program.write_text("")
    preload._move_out(tmp_path)
    assert preload.find(tmp_path, "usr/local/bin/kube") == "/kind/snapshots/3/usr/local/bin/kube"
    assert (tmp_path / SNAPSHOTS / "3" / "fs").readlink() == Path("/kind/snapshots/3")
    assert (tmp_path / "kind/snapshots/3/usr/local/bin/kube").is_file()
