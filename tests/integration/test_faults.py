"""Faults in the middle of the work: whatever fails, the end state is the one that is wanted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import install_crd, kubectl
from tests.integration.controllers import Controllers
from tests.integration.faulty_proxy import FaultyProxy
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until


def _operator(server: ApiServer, namespace: str, folder: Path, name: str = "operator") -> OperatorProcess:
    return OperatorProcess(server.kubeconfig, folder, name, namespace, RESEE_NAMESPACES=namespace)


def _secrets(resee: Resee) -> dict[str, dict[str, str]]:
    children = resee.children()
    return {name: item["data"] for name, item in children.items() if name.startswith("Secret/")}


@pytest.mark.parametrize("writes", [1, 3, 10, 25])
def test_killed_operator_is_taken_over_in_the_middle(
    server: ApiServer, namespace: str, tmp_path: Path, writes: int
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace):
        first = _operator(server, namespace, tmp_path, "first").start().lead()
        resee.apply()
        until(lambda: _at_least(len(resee.children()), writes), Budget.REPAIR, every=0.01)
        first.kill()
        kept = _secrets(resee)
        with _operator(server, namespace, tmp_path, "second"):
            resee.wait_for("Ready", "True")
            assert kept.items() <= _secrets(resee).items()


def test_restarted_api_server_is_followed_again(server: ApiServer, namespace: str, tmp_path: Path) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        server.restart()
        resee.run("delete", "deployment", "demo-web")
        until(lambda: resee.get("deployment", "demo-web"), Budget.FAILOVER)
        resee.apply(web={"replicas": 2})
        until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.FAILOVER)

        assert operator.get("/healthz")[0] == 200


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
        started = time.monotonic()
        until(lambda: _at_least(int(time.monotonic() - started), 5), Budget.PROCESS)
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
            kept = _secrets(resee)
            resee.apply(web={"replicas": 2})
            resee.run("delete", "deployment", "demo-worker-all")
            until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.FAILOVER)
            until(lambda: resee.get("deployment", "demo-worker-all"), Budget.FAILOVER)

            assert proxy.failed > 0
            assert _secrets(resee) == kept


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


def _at_least(found: int, wanted: int) -> None:
    assert found >= wanted


def _is(found: object, wanted: object) -> None:
    assert found == wanted
