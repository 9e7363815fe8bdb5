"""Kopf's watch of the custom resources: a dead connection, a server that hangs, what goes away meanwhile."""

from __future__ import annotations

from pathlib import Path

from devcluster.apiserver import ApiServer
from tests.integration.etcd import compact
from tests.integration.faulty_proxy import FaultyProxy
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

SILENCE = 3.0
"""Seconds after which a watch counts as dead, instead of 70."""


def _operator(kubeconfig: Path, folder: Path, namespace: str) -> OperatorProcess:
    settings = {"RESEE_NAMESPACES": namespace, "RESEE_WATCH_SILENCE": str(SILENCE)}
    return OperatorProcess(kubeconfig, folder, "operator", namespace, **settings)


def _age(operator: OperatorProcess) -> float:
    return operator.metric("resee_operator_watch_age_seconds", resource="reseedeployments")


def test_connection_that_died_without_an_error_is_noticed_and_made_up_for(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with FaultyProxy(server, tmp_path) as proxy, _operator(proxy.kubeconfig, tmp_path, namespace) as operator:
        operator.lead()
        proxy.fall_silent()
        resee.apply()
        until(lambda: _known(operator, 1), Budget.REPAIR)
        assert _age(operator) < SILENCE
        assert operator.get("/healthz")[0] == 200

        proxy.fall_silent()
        resee.run("delete", "reseedeployment", resee.name)
        # What the dead watch would go on from exists nowhere any more: Kopf lists, and never says that
        # something is missing.
        compact(server)
        server.restart()
        until(lambda: _known(operator, 0), Budget.FAILOVER)


def test_age_tells_a_quiet_watch_from_a_server_that_hangs(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    with _operator(server.kubeconfig, tmp_path, namespace) as operator:
        until(lambda: _check(_age(operator) > SILENCE / 2, "there is no event"), Budget.REPAIR)
        until(lambda: _check(_age(operator) < SILENCE / 4, "the watch is opened anew"), Budget.REPAIR)
        server.pause()
        try:
            until(lambda: _check(_age(operator) > SILENCE * 2, "the age grows"), Budget.REPAIR)
            # Kopf goes on asking: a new process would not be answered either.
            assert operator.get("/healthz")[0] == 200
        finally:
            server.resume()
        until(lambda: _check(_age(operator) < SILENCE, "the watch goes on"), Budget.FAILOVER)


def _known(operator: OperatorProcess, wanted: int) -> None:
    assert operator.metric("resee_operator_deployments") == wanted


def _check(holds: bool, what: str) -> None:
    assert holds, what
