"""One change from the custom resource to Ready, in the order of the gates, with no write too many."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from resee_operator.engine.news import SETTLE
from tests.integration.controllers import Controllers
from tests.integration.operator_process import WRITES, OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until


@pytest.fixture
def alone(server: ApiServer, namespace: str, tmp_path: Path) -> OperatorProcess:
    """An operator that looks after the test's namespace only."""
    return OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)


def test_one_manifest_becomes_ready(server: ApiServer, namespace: str, alone: OperatorProcess) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), alone as operator:
        operator.lead()
        started = time.monotonic()
        resee.apply()
        resee.wait_for("Ready", "True")

        children = resee.children()
        writes = operator.calls(*WRITES)
        # Where the machine is so slow that this takes longer, its progress is told in between.
        slow = (time.monotonic() - started) // SETTLE
        status = resee.read()["status"]
        assert {"Deployment/demo-web", "Deployment/demo-beat", "StatefulSet/demo-postgres"} <= children.keys()
        assert writes <= len(children) + 2 + slow, f"{writes} writes for {len(children)} children"
        assert status["version"]
        assert status["replicas"]["web"] == "1/1"


def test_nothing_is_written_when_nothing_differs(
    server: ApiServer, namespace: str, alone: OperatorProcess
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace):
        with alone as operator:
            operator.lead()
            resee.apply()
            resee.wait_settled()
            operator.wait_in_sync("demo")
            calls = operator.calls()
            before = len(operator.passes("demo"))
            resee.run("annotate", "deployment", "demo-web", "somebody.example/note=hello")
            until(lambda: _more(len(operator.passes("demo")), before), Budget.EVENT)
            assert operator.calls() == calls
            versions = resee.versions()
        with OperatorProcess(
            server.kubeconfig, alone.log.parent, "next", namespace, RESEE_NAMESPACES=namespace
        ) as new:
            new.lead()
            new.wait_in_sync("demo")
            assert new.calls(*WRITES) == 0
            assert resee.versions() == versions


def test_an_upgrade_of_the_operator_writes_nothing(
    server: ApiServer, namespace: str, alone: OperatorProcess
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace):
        with alone as operator:
            operator.lead()
            resee.apply()
            resee.wait_settled()
            versions, pinned = resee.versions(), resee.read()["status"]["version"]
        later = {"RESEE_NAMESPACES": namespace, "RESEE_DEFAULT_VERSION": "99.0.0"}
        with OperatorProcess(server.kubeconfig, alone.log.parent, "later", namespace, **later) as new:
            new.lead()
            new.wait_in_sync("demo")
            assert new.calls(*WRITES) == 0
            assert resee.versions() == versions
            assert resee.read()["status"]["version"] == pinned != "99.0.0"


def test_each_pass_is_one_line_of_json(server: ApiServer, namespace: str, alone: OperatorProcess) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), alone as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        operator.wait_in_sync("demo")
        lines = operator.passes("demo")

    assert [line["id"] for line in lines] == sorted({line["id"] for line in lines})
    assert all(line["ms"] > 0 and line["namespace"] == namespace for line in lines)
    assert "create Secret/demo-database" in lines[0]["changed"]
    assert any("create Deployment/demo-web" in line["changed"] for line in lines)
    assert (lines[-1]["reason"], lines[-1]["changed"]) == ("InSync", [])
    for line in alone.log.read_text().splitlines():
        assert isinstance(json.loads(line), dict)


def test_gates_hold_web_until_the_database_is_ready(
    server: ApiServer, namespace: str, alone: OperatorProcess
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace, frozen=("demo-postgres",)) as controllers, alone as operator:
        operator.lead()
        resee.apply()
        resee.wait_for("Ready", "False", "Waiting")
        assert "waits for postgres" in resee.condition("Ready")["message"]
        assert not any(name.startswith(("Job/", "Deployment/demo-web")) for name in resee.children())

        controllers.frozen.clear()
        resee.wait_for("Ready", "True")


def test_a_changed_field_arrives(server: ApiServer, namespace: str, alone: OperatorProcess) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), alone as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        before = resee.versions()

        resee.apply(web={"replicas": 2})
        until(lambda: _is(resee.get("deployment", "demo-web")["spec"]["replicas"], 2), Budget.EVENT)
        resee.wait_settled()
        after = resee.versions()
        # A second Pod of web may be disrupted, so it gets a budget; nothing else is touched.
        changed = {name for name in after if after[name] != before.get(name)}
        assert changed == {"Deployment/demo-web", "PodDisruptionBudget/demo-web"}


def _more(found: int, than: int) -> None:
    assert found > than


def _is(found: object, wanted: object) -> None:
    assert found == wanted
