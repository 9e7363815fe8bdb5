"""Secrets are made once, never overwritten, and never told."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from devcluster.apiserver import ApiServer
from tests.integration.cluster import apply
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

SENTINEL = "sentinel-9f1c-never-print"


def _operator(server: ApiServer, namespace: str, folder: Path, name: str = "operator") -> OperatorProcess:
    return OperatorProcess(server.kubeconfig, folder, name, namespace, RESEE_NAMESPACES=namespace)


def _secret(namespace: str, name: str, **data: str) -> dict[str, object]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}


def test_secret_that_stands_is_taken_as_it_is(server: ApiServer, namespace: str, tmp_path: Path) -> None:
    resee = Resee(server, namespace)
    apply(server, _secret(namespace, "demo-database", password=SENTINEL))
    with _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        until(lambda: resee.get("statefulset", "demo-postgres"), Budget.REPAIR)

        secret = resee.get("secret", "demo-database")
        data = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        assert data["password"] == SENTINEL
        assert SENTINEL in data["uri"]
        assert secret["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "resee-operator"


def test_secrets_survive_restart_and_deletion_of_the_resee(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        until(lambda: resee.get("statefulset", "demo-postgres"), Budget.REPAIR)
        before = resee.get("secret", "demo-database")["data"]
        resee.run("delete", "reseedeployment", "demo")
    with _operator(server, namespace, tmp_path, "next") as operator:
        operator.lead()
        resee.apply()
        resee.wait_for("Ready", "False", "Waiting")
        assert resee.get("secret", "demo-database")["data"] == before


def test_no_secret_is_ever_told(server: ApiServer, namespace: str, tmp_path: Path) -> None:
    resee = Resee(server, namespace)
    for name in ("demo-database", "demo-redis"):
        apply(server, _secret(namespace, name, password=SENTINEL))
    apply(server, _secret(namespace, "demo-app", SECRET_KEY=SENTINEL))
    with Controllers(server, namespace), _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply()
        resee.wait_settled()
        for name in ("demo-database", "demo-app"):
            resee.run("delete", "secret", name)
            until(lambda name=name: resee.get("secret", name), Budget.REPAIR)  # type: ignore[misc]
        # A write that the server refuses repeats what was written.
        resee.patch("secret", "demo-redis", {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}})
        resee.wait_settled()

        told = {
            "log": operator.log.read_text(),
            "metrics": operator.get("/metrics")[1],
            "events": resee.run("get", "events", "-o", "json"),
            "status": json.dumps(resee.read()),
            "others": json.dumps(
                [item for name, item in resee.children().items() if not name.startswith("Secret/")]
            ),
        }
        for secret in (SENTINEL, base64.b64encode(SENTINEL.encode()).decode()):
            assert [name for name, text in told.items() if secret in text] == []


def test_missing_secret_of_the_user_is_named_and_comes_in(
    server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), _operator(server, namespace, tmp_path) as operator:
        operator.lead()
        resee.apply(database={"provider": "External", "external": {"secretName": "theirs"}})
        until(lambda: _names(resee, "theirs"), Budget.ADMISSION)

        apply(
            server,
            _secret(
                namespace,
                "theirs",
                host="db.example",
                port="5432",
                dbname="resee",
                username="resee",
                password=SENTINEL,
                uri=f"postgresql://resee:{SENTINEL}@db.example:5432/resee",
            ),
        )
        resee.wait_for("Ready", "True")
        assert SENTINEL not in operator.log.read_text()


def _names(resee: Resee, secret: str) -> None:
    assert secret in json.dumps(resee.read().get("status", {}).get("conditions", []))
