"""Faults in the middle of the work: whatever fails, the end state is the one that is wanted."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import install_crd, kubectl
from tests.integration.controllers import Controllers
from tests.integration.exactness import assert_exact, secrets_of
from tests.integration.faulty_proxy import FaultyProxy
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

HANG = 5.0
"""Seconds for which something hangs."""


def _operator(server: ApiServer, namespace: str, folder: Path, name: str = "operator") -> OperatorProcess:
    return OperatorProcess(server.kubeconfig, folder, name, namespace, RESEE_NAMESPACES=namespace)


def _kill_api_server(server: ApiServer) -> None:
    server.kill()
    server.start()


def _hang_api_server(server: ApiServer) -> None:
    server.pause()
    _wait(HANG)
    server.resume()


def _kill_etcd(server: ApiServer) -> None:
    server.etcd.kill()
    server.start()


FAULTS: dict[str, Callable[[ApiServer], None]] = {
    "API server killed": _kill_api_server,
    "API server hangs": _hang_api_server,
    "etcd killed": _kill_etcd,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_of_the_cluster_in_the_middle_of_a_pass(
    server: ApiServer, namespace: str, tmp_path: Path, fault: str
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        until(lambda: _at_least(len(resee.children()), 5), Budget.REPAIR, every=0.01)
        FAULTS[fault](server)
        kept = secrets_of(resee)
        resee.wait_settled()
        assert kept.items() <= secrets_of(resee).items()

        # All watches follow again: an edit of the resource, and what somebody did to a child.
        resee.run("delete", "service", "demo-web")
        resee.apply(web={"replicas": 2})
        until(lambda: resee.get("service", "demo-web"), Budget.FAILOVER)
        until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.FAILOVER)
        resee.wait_settled()
        assert operator.get("/healthz")[0] == 200
    assert_exact(resee, tmp_path)


def test_killed_operator_is_taken_over_in_the_middle(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), _operator(server, namespace, tmp_path, "first") as first:
        first.lead()
        resee.apply()
        until(lambda: _at_least(len(resee.children()), 10), Budget.REPAIR, every=0.01)
        first.kill()
        kept = secrets_of(resee)
        with _operator(server, namespace, tmp_path, "second"):
            resee.wait_settled()
            assert kept.items() <= secrets_of(resee).items()
    assert_exact(resee, tmp_path)


def test_change_while_the_api_server_hangs_is_not_lost(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        resee.run("delete", "service", "demo-web", "--wait=false")
        server.pause()
        _wait(HANG)
        server.resume()

        until(lambda: resee.get("service", "demo-web"), Budget.FAILOVER)


def test_one_call_in_ten_fails_and_all_is_well_in_the_end(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with FaultyProxy(server, tmp_path, failing=0.1) as proxy, Controllers(server, namespace):
        operator = OperatorProcess(
            proxy.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace
        )
        with operator:
            operator.lead()
            resee.apply()
            resee.wait_for("Ready", "True")
            kept = secrets_of(resee)
            resee.apply(web={"replicas": 2})
            resee.run("delete", "deployment", "demo-worker-all")
            until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.FAILOVER)
            until(lambda: resee.get("deployment", "demo-worker-all"), Budget.FAILOVER)

            resee.wait_settled()
            assert proxy.failed > 0
            assert secrets_of(resee) == kept
    assert_exact(resee, tmp_path)


def test_definition_that_is_reinstalled_is_followed_again(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        kubectl(server, "delete", "customresourcedefinition", "reseedeployments.resee.io")
        install_crd(server)
        resee.apply(web={"replicas": 3})

        until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 3), Budget.DEPLOYMENT)


def _wait(seconds: float) -> None:
    """What is tested is that time passes."""
    started = time.monotonic()
    until(lambda: _at_least(time.monotonic() - started, seconds), Budget.PROCESS)


def _at_least(found: float, wanted: float) -> None:
    assert found >= wanted


def _is(found: object, wanted: object) -> None:
    assert found == wanted
