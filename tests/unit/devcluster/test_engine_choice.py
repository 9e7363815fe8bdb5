"""Which engine is used, and what is asked of Docker's own: a program named docker stands in its place."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from devcluster import binaries
from devcluster.cluster import config, kind
from devcluster.cluster.record import Record
from devcluster.engine import select
from devcluster.engine.docker import DockerEngine
from devcluster.engine.private import PrivateEngine
from devcluster.errors import ClusterError, UsageError
from devcluster.progress import Progress

Fake = Callable[[str, int, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a program first into PATH that notes its arguments, prints a text and exits with a code."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def put(name: str, code: int, output: str) -> Path:
        notes = tmp_path / f"{name}.calls"
        body = f"""#!{sys.executable}
import json, sys
open({str(notes)!r}, "a").write(json.dumps(sys.argv[1:]) + "\\n")
print({output!r}, file=sys.stderr if {code} else sys.stdout)
sys.exit({code})
"""
        (folder / name).write_text(body)
        (folder / name).chmod(0o755)
        return notes

    return put


def _calls(notes: Path) -> list[list[str]]:
    return [json.loads(line) for line in notes.read_text().splitlines()]


def test_docker_is_used_where_it_answers(program: Fake) -> None:
    notes = program("docker", 0, "28.2.2")
    assert select().name == "docker"
    assert _calls(notes) == [["info", "--format", "{{.ServerVersion}}"]]


@pytest.mark.parametrize(("code", "output"), [(1, "Cannot connect"), (0, "")])
def test_a_private_engine_takes_its_place_where_only_the_client_answers(
    program: Fake, code: int, output: str
) -> None:
    program("docker", code, output)
    assert select().name == "private"


def test_a_private_engine_takes_its_place_where_docker_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert select().private


def test_a_private_engine_that_is_there_stays_in_use(program: Fake) -> None:
    program("docker", 0, "28.2.2")
    folder = PrivateEngine().folder
    folder.mkdir(parents=True)
    (folder / "dockerd.pid").write_text("{}")
    assert select().name == "private"


def test_the_images_of_a_stopped_private_engine_choose_nothing(program: Fake) -> None:
    program("docker", 0, "28.2.2")
    PrivateEngine().layers.mkdir(parents=True)
    assert select().name == "docker"


def test_the_variable_decides(program: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    program("docker", 1, "Cannot connect")
    monkeypatch.setenv("RESEE_ENGINE", "docker")
    assert select().name == "docker"


def test_a_wrong_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESEE_ENGINE", "podman")
    with pytest.raises(UsageError, match=r"RESEE_ENGINE is 'podman'\. Set it to docker or private"):
        select()


def test_an_engine_of_somebody_else_is_not_started(program: Fake) -> None:
    program("docker", 1, "Cannot connect")
    with pytest.raises(UsageError, match=r"Docker engine does not answer\. Start it"):
        DockerEngine().ensure_running()


def test_dockers_words_are_in_the_error(program: Fake) -> None:
    program("docker", 1, "no space left on device")
    with pytest.raises(ClusterError, match=r"`docker load --input x\.tar` failed: no space left on device"):
        DockerEngine().docker("load", "--input", "x.tar")


def test_on_docker_the_published_node_is_used_by_its_digest() -> None:
    image = kind.node_image(DockerEngine(), Progress.silent())
    name, digest = image.split("@")
    assert name.startswith("kindest/node:v1.37.")
    assert len(digest) == len("sha256:") + 64


def test_kind_is_called_with_our_configuration_and_kubeconfig(
    program: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = program("kind", 0, "")
    monkeypatch.setattr(binaries, "ensure", lambda name: tmp_path / "bin" / name)
    record = Record("mine", 3, 1, 2, 3)
    record.write()
    kind.create(DockerEngine(), record, config.for_cluster(record), kind.PUBLISHED_IMAGE)
    (call,) = _calls(notes)
    folder = record.folder
    assert call == [
        *("create", "cluster", "--name=mine", f"--config={folder / 'kind-config.json'}"),
        *(f"--image={kind.PUBLISHED_IMAGE}", f"--kubeconfig={folder / 'kubeconfig'}"),
    ]
    assert json.loads((folder / "kind-config.json").read_text()) == config.for_cluster(record)


def test_the_private_engine_is_named_after_the_state_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    first = PrivateEngine()
    monkeypatch.setenv("RESEE_STATE_DIR", "/elsewhere")
    second = PrivateEngine()
    assert first.namespace.name != second.namespace.name
    assert first.socket != second.socket
    assert len(str(first.socket)) < 108
