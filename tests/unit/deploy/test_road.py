"""When images, chart and example go in: as soon as they can, never into a cluster that failed to start."""

from __future__ import annotations

import json
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from devcluster.cluster.lifecycle import Cluster
from devcluster.cluster.record import Record
from devcluster.deploy import road
from devcluster.engine.docker import DockerEngine
from devcluster.errors import ClusterError

# Answers `docker ps` with the nodes in its first argument's file, and `docker exec` for those that run.
DOCKER = """#!{python}
import json, sys
nodes = json.load(open({file!r}))
if sys.argv[1] == "ps":
    sys.stdout.writelines(f"{{name}} {{state}}\\n" for name, state in nodes.items())
elif sys.argv[1] == "exec":
    sys.exit(nodes[sys.argv[2]] != "running")
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESEE_STATE_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the state of each node that the engine knows."""
    file = tmp_path / "nodes.json"
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(python=sys.executable, file=str(file)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return file


def record(complete: bool, count: int = 1) -> None:
    Record("demo", count, api_port=1, http_port=2, s3_port=3, complete=complete).write()


def failed() -> Future[Cluster]:
    starting: Future[Cluster] = Future()
    starting.set_exception(ClusterError("no node", "Try again."))
    return starting


def test_a_made_cluster_takes_the_chart_while_it_is_checked() -> None:
    record(complete=True)
    assert road._reached(Future(), lambda: road._made("demo"))


def test_a_failed_start_takes_nothing() -> None:
    record(complete=False)
    assert not road._reached(failed(), lambda: road._made("demo"))


def test_a_start_that_has_ended_well_takes_all() -> None:
    starting: Future[Cluster] = Future()
    starting.set_result(None)  # type: ignore[arg-type]  # the cluster itself is not looked at
    assert road._reached(starting, lambda: False)


@pytest.mark.parametrize(
    ("found", "answering"),
    [
        ({}, False),
        ({"demo-control-plane": "running"}, False),
        ({"demo-control-plane": "running", "demo-worker": "created"}, False),
        ({"demo-control-plane": "running", "demo-worker": "running"}, True),
    ],
)
def test_images_go_in_when_every_node_runs(nodes: Path, found: dict[str, str], answering: bool) -> None:
    record(complete=False, count=2)
    nodes.write_text(json.dumps(found))
    assert road._answering(DockerEngine(), "demo") is answering


def test_a_cluster_that_nobody_has_begun_takes_none() -> None:
    assert not road._answering(DockerEngine(), "demo")


def test_what_followed_from_a_failed_start_is_not_the_error_to_tell() -> None:
    with pytest.raises(ClusterError, match="no node"), road._blaming(failed()):
        raise ClusterError("There is no cluster demo.", "Start it.")


def test_an_error_beside_a_good_start_is_told() -> None:
    starting: Future[Cluster] = Future()
    starting.set_result(None)  # type: ignore[arg-type]
    with pytest.raises(ClusterError, match="no image"), road._blaming(starting):
        raise ClusterError("no image", "Build it.")
