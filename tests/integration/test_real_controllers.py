"""A Local deployment over Kubernetes' own controllers and scheduler, with Pods that kwok plays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster import kwok
from devcluster.apiserver import ApiServer
from tests.integration.cluster import apply, install_crd
from tests.integration.exactness import assert_exact
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

COMPONENT = "app.kubernetes.io/component"
PODS = {"beat", "nginx", "postgres", "redis", "web", "worker-all"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server with a controller manager, a scheduler, and one node of kwok's."""
    running = ApiServer(tmp_path_factory.mktemp("controllers"), controllers=True, kwok=True)
    with running:
        install_crd(running)
        apply(running, kwok.node("one"))
        yield running
    running.remove()


def test_deployment_becomes_ready_rolls_what_an_edit_changes_and_goes(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    settings = {"RESEE_NAMESPACES": namespace, "RESEE_LEASE_NAMESPACE": namespace}
    with OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, **settings) as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        before = _pods(resee)
        assert set(before) == PODS
        assert resee.get("deployment", "demo-web")["status"]["conditions"], "a controller wrote its status"

        resee.apply(web={"concurrency": 3})
        resee.wait_settled()
        until(lambda: _gone(resee, before["web"]), Budget.REPAIR)
        after = _pods(resee)
        assert {part: names for part, names in after.items() if part != "web"} == {
            part: names for part, names in before.items() if part != "web"
        }
    assert_exact(resee, tmp_path)

    resee.run("delete", "reseedeployment", resee.name, "--wait=true")
    until(lambda: _deleted(resee), Budget.GARBAGE)


def _pods(resee: Resee) -> dict[str, set[str]]:
    """Names of the running Pods, by component."""
    found: dict[str, set[str]] = {}
    for pod in json.loads(resee.run("get", "pods", "--field-selector=status.phase=Running", "-o", "json"))[
        "items"
    ]:
        found.setdefault(pod["metadata"]["labels"][COMPONENT], set()).add(pod["metadata"]["name"])
    return found


def _gone(resee: Resee, names: set[str]) -> None:
    assert not names & _pods(resee).get("web", set())


def _deleted(resee: Resee) -> None:
    """Everything but the data, which outlives its deployment."""
    left = {name.partition("/")[0] for name in resee.children()}
    assert left <= {"PersistentVolumeClaim", "Secret"}, left
