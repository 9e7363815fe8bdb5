"""etcd loses its leader while the operator works: two other members elect another, and the work goes on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from devcluster.etcd import Member
from tests.integration.cluster import install_crd
from tests.integration.controllers import Controllers
from tests.integration.exactness import assert_exact, secrets_of
from tests.integration.faulty_proxy import FaultyProxy, Write
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

RETRIES = ("Request attempt", "list of ", "watch of ", "not leading", "leading", "cache filled")
"""How log lines begin that tell of a try that failed, or of the Lease; Kopf calls its own tries errors."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server on three members of etcd."""
    running = ApiServer(tmp_path_factory.mktemp("three"), etcd_members=3)
    with running:
        install_crd(running)
        yield running
    running.remove()


def _kill(server: ApiServer, leader: Member) -> None:
    leader.kill()
    _wait_for_another(server, leader)


def _hang(server: ApiServer, leader: Member) -> None:
    """It goes on as if it led still, and has to learn that it does not."""
    leader.pause()
    _wait_for_another(server, leader)
    leader.resume()


FAULTS: dict[str, Callable[[ApiServer, Member], None]] = {"killed": _kill, "stopped and continued": _hang}


@pytest.mark.parametrize("fault", FAULTS)
def test_leader_is_lost_in_the_middle_of_a_pass(
    server: ApiServer, namespace: str, tmp_path: Path, fault: str
) -> None:
    resee, leader, written = Resee(server, namespace), server.etcd.leader(), list[Write]()
    with FaultyProxy(server, tmp_path, written=written.append) as proxy, Controllers(server, namespace):
        settings = {"RESEE_NAMESPACES": namespace, "RESEE_LEASE_NAMESPACE": namespace}
        with OperatorProcess(proxy.kubeconfig, tmp_path, "operator", namespace, **settings) as operator:
            operator.lead()
            resee.apply()
            until(lambda: _at_least(len(written), 5), Budget.REPAIR, every=0.01)
            FAULTS[fault](server, leader)
            resee.wait_settled()

            # All watches follow again: an edit of the resource, and what somebody did to a child.
            resee.run("delete", "service", "demo-web")
            resee.apply(web={"replicas": 2})
            until(lambda: resee.get("service", "demo-web"), Budget.FAILOVER)
            until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.FAILOVER)
            resee.wait_settled()
            assert operator.get("/healthz")[0] == 200
            assert _other_than_retries(operator) == []
    assert _writes_of_secrets(written) == dict.fromkeys(_names_of_secrets(resee), 1)
    server.etcd.start()
    assert_exact(resee, tmp_path)


def _wait_for_another(server: ApiServer, lost: Member) -> None:
    others = [member for member in server.etcd.members if member is not lost]
    until(lambda: _at_least(sum(member.leads for member in others), 1), Budget.PROCESS, every=0.05)


def _names_of_secrets(resee: Resee) -> list[str]:
    return [name.partition("/")[2] for name in secrets_of(resee)]


def _writes_of_secrets(written: list[Write]) -> dict[str, int]:
    """Writes that the server has carried out, by the Secret's name."""
    done = [write for write in written if write.kind == "secrets" and write.status < 400]
    return dict(Counter(write.name or write.path.partition("?")[0].rpartition("/")[2] for write in done))


def _other_than_retries(operator: OperatorProcess) -> list[dict[str, Any]]:
    """Log lines that tell of something else than a pass or a try that is repeated."""
    lines = [json.loads(line) for line in operator.log.read_text().splitlines()]
    return [
        line
        for line in lines
        if "exception" in line
        or not (line["logger"] == "resee_operator.pass" or line["event"].startswith(RETRIES))
    ]


def _at_least(found: float, wanted: float) -> None:
    assert found >= wanted


def _is(found: object, wanted: object) -> None:
    assert found == wanted
