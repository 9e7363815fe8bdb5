"""The API server alone: ready soon, hurt in every way, and gone without a trace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster import binaries
from devcluster.apiserver import ApiServer
from devcluster.cluster.kubectl import Kubectl
from tests.support.wait import Budget

READY_SECONDS = 10.0
TRIES = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with ApiServer(tmp_path_factory.mktemp("api"), controllers=True) as running:
        yield running


@pytest.fixture
def kubectl(server: ApiServer) -> Kubectl:
    return Kubectl(server.kubeconfig)


def test_it_is_ready_within_ten_seconds(tmp_path: Path) -> None:
    """The best of three: what else the machine does makes a start longer and never shorter."""
    binaries.ensure("kube")
    seconds: list[float] = []
    while len(seconds) < TRIES and min(seconds, default=READY_SECONDS) >= READY_SECONDS:
        began = time.monotonic()
        with ApiServer(tmp_path / f"api-{len(seconds)}") as server:
            assert server.ready
            seconds.append(time.monotonic() - began)
        assert not server.ready
    assert min(seconds) < READY_SECONDS, seconds


def test_a_killed_server_comes_back_with_its_data(server: ApiServer, kubectl: Kubectl) -> None:
    kubectl.run("create", "configmap", "kept")
    address = server.url
    server.kill()
    assert not server.ready
    server.restart()
    assert server.ready
    assert server.url == address
    assert kubectl.get("configmap", "kept") is not None


def test_a_paused_server_answers_nobody_until_it_goes_on(server: ApiServer) -> None:
    server.pause()
    assert not server.ready
    server.resume()
    assert server.ready


def test_controllers_collect_what_has_lost_its_owner(server: ApiServer, kubectl: Kubectl) -> None:
    kubectl.run("create", "deployment", "web", "--image=nginx", "--replicas=0")
    timeout = f"--timeout={Budget.GARBAGE.seconds:.0f}s"
    kubectl.run("wait", "--for=create", "replicaset", "--selector=app=web", timeout)
    kubectl.run("delete", "deployment", "web")
    kubectl.run("wait", "--for=delete", "replicaset", "--selector=app=web", timeout)


def test_removing_it_leaves_neither_process_nor_folder(tmp_path: Path) -> None:
    server = ApiServer(tmp_path / "api", detached=True)
    server.start()
    found_again = ApiServer(tmp_path / "api", detached=True)
    assert found_again.ready
    found_again.remove()
    assert not server.etcd.running
    assert not server.apiserver.running
    assert not server.folder.exists()
