"""etcd loses its leader while the operator works: two other members elect another, and the work goes on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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

WRITES = 5
"""Writes before the fault, of some 25 that a first pass makes."""
ELECTION = 500
"""Milliseconds that members of etcd wait at least before they elect another leader; a pass takes 100."""
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


@dataclass
class Fault:
    """Hits the leading member when so many writes have been carried out, before the last is answered."""

    leader: Member
    hit: Callable[[Member], None]
    written: list[Write] = field(default_factory=list)

    def __call__(self, write: Write) -> None:
        self.written.append(write)
        if len(self.written) == WRITES:
            self.hit(self.leader)


@pytest.mark.parametrize("hit", [Member.kill, Member.pause], ids=["killed", "stopped and continued"])
def test_leader_is_lost_in_the_middle_of_a_pass(
    server: ApiServer, namespace: str, tmp_path: Path, hit: Callable[[Member], None]
) -> None:
    resee, fault = Resee(server, namespace), Fault(server.etcd.leader(), hit)
    with FaultyProxy(server, tmp_path, written=fault) as proxy, Controllers(server, namespace):
        settings = {"RESEE_NAMESPACES": namespace, "RESEE_LEASE_NAMESPACE": namespace}
        with OperatorProcess(proxy.kubeconfig, tmp_path, "operator", namespace, **settings) as operator:
            operator.lead()
            resee.apply()
            _wait_for_another(server, fault.leader)
            # Who was stopped goes on as if it led still, and has to learn that it does not.
            fault.leader.resume()
            resee.wait_settled()
            assert operator.passes()[0]["ms"] > ELECTION, "its writes waited for the new leader"
            kept = secrets_of(resee)
            # All watches follow again: an edit of the resource, and what somebody did to a child.
            resee.run("delete", "service", "demo-web")
            resee.apply(web={"replicas": 2})
            until(lambda: resee.get("service", "demo-web"), Budget.FAILOVER)
            until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.FAILOVER)
            resee.wait_settled()
            assert operator.get("/healthz")[0] == 200
            assert _other_than_retries(operator) == []
    assert secrets_of(resee) == kept
    assert set(_writes_of_secrets(fault.written).values()) == {1}
    server.etcd.start()
    assert_exact(resee, tmp_path)


def _wait_for_another(server: ApiServer, lost: Member) -> None:
    others = [member for member in server.etcd.members if member is not lost]
    until(lambda: _at_least(sum(member.leads for member in others), 1), Budget.PROCESS, every=0.05)


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
