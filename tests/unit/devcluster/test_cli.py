"""The command line: one sentence on stderr and an exit code for each error, plain text elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from devcluster import binaries, operations
from devcluster.cli import main
from devcluster.cluster import addons
from devcluster.cluster.record import Record
from devcluster.errors import ClusterError


@pytest.fixture(autouse=True)
def docker_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine answers and none is started."""
    monkeypatch.setenv("RESEE_ENGINE", "docker")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


def test_a_missing_cluster_is_named_with_what_to_do() -> None:
    done = CliRunner().invoke(main, ["load", "--name", "mine", "redis:7"])
    assert done.exit_code == 2
    assert "Error: There is no cluster mine (there are: none)." in done.stderr
    assert "Start it with `python -m devcluster up --name mine`." in done.stderr


def test_a_failed_step_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ClusterError("2 of 3 nodes have joined.", "Look at the logs.")

    monkeypatch.setattr(operations, "up", fail)
    done = CliRunner().invoke(main, ["up"])
    assert done.exit_code == 1
    assert done.stderr.splitlines() == ["Error: 2 of 3 nodes have joined.", "Look at the logs."]


def test_down_of_nothing_is_no_error() -> None:
    assert CliRunner().invoke(main, ["down"]).exit_code == 0


def test_env_prints_exports_that_a_shell_can_read(monkeypatch: pytest.MonkeyPatch, own_folders: Path) -> None:
    tools = {name: own_folders / name for name in ("kubectl", "helm")}
    monkeypatch.setattr(binaries, "ensure_all", lambda _: tools)
    done = CliRunner().invoke(main, ["env", "--name", "mine"])
    folder = own_folders / "state" / "mine"
    kubeconfig, cache, path = done.stdout.splitlines()
    assert kubeconfig == f"export KUBECONFIG={folder / 'kubeconfig'}"
    assert cache == f"export KUBECACHEDIR={own_folders / 'state' / 'kubectl'}"
    assert path.startswith(f"export PATH={folder / 'bin'}:")
    assert (folder / "bin" / "helm").readlink() == tools["helm"]


@pytest.mark.parametrize(("chosen", "kept"), [(None, "state/kubectl"), ("/elsewhere", "/elsewhere")])
def test_kubectl_keeps_nothing_in_the_users_home(
    monkeypatch: pytest.MonkeyPatch, own_folders: Path, chosen: str | None, kept: str
) -> None:
    monkeypatch.setenv("KUBECACHEDIR", chosen or "")
    if chosen is None:
        monkeypatch.delenv("KUBECACHEDIR")
    CliRunner().invoke(main, ["status"])
    assert Path(os.environ["KUBECACHEDIR"]) == own_folders / kept


def test_status_names_clusters_and_addresses() -> None:
    Record("mine", 1, 1, 18080, 17070).write()
    done = CliRunner().invoke(main, ["status"])
    assert "engine   docker, not running" in done.stdout
    assert "cluster  mine: no nodes" in done.stdout
    assert "http://127.0.0.1:18080  S3 http://127.0.0.1:17070" in done.stdout


def test_s3_credentials_are_drawn_once_and_are_the_users_own(tmp_path: Path) -> None:
    first = addons.credentials(tmp_path)
    assert addons.credentials(tmp_path) == first
    assert len(set(first.values())) == 2
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
