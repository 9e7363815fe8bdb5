"""A deployment on servers of somebody else: what is wrong with their Secrets is told until it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.controllers import Controllers
from tests.integration.operator_process import OperatorProcess
from tests.integration.resees import Resee
from tests.support.deployments import EXTERNAL, example
from tests.support.wait import Budget

DATABASE, REDIS = "rds", "elasticache"


@pytest.fixture
def alone(server: ApiServer, namespace: str, tmp_path: Path) -> OperatorProcess:
    """An operator that looks after the test's namespace only."""
    return OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)


def make(resee: Resee, name: str, **data: str) -> None:
    """Create a Secret as a user does; keys with _ for -."""
    literals = [f"--from-literal={key.replace('_', '-')}={value}" for key, value in data.items()]
    resee.run("create", "secret", "generic", name, *literals)


def test_secrets_that_are_missing_or_incomplete_are_named_until_they_are_right(
    server: ApiServer, namespace: str, alone: OperatorProcess
) -> None:
    resee = Resee(server, namespace)
    with Controllers(server, namespace), alone as operator:
        operator.lead()
        resee.apply(**EXTERNAL)
        resee.wait_for("DatabaseReady", "False", "SecretMissing", Budget.ADMISSION)
        assert "spec.database.external.secretName" in resee.condition("DatabaseReady")["message"]

        make(resee, DATABASE, url="postgresql://u:p@h/d")
        resee.wait_for("DatabaseReady", "False", "SecretIncomplete", Budget.ADMISSION)
        resee.patch("secret", DATABASE, {"stringData": {"uri": "postgresql://u:p@h/d"}})
        resee.wait_for("DatabaseReady", "True", budget=Budget.ADMISSION)

        make(resee, REDIS, uri="rediss://h:6379/0", cache_uri="rediss://h:6379/1")
        resee.wait_for("RedisReady", "True", budget=Budget.ADMISSION)
        resee.wait_for("Ready", "True")


def test_the_production_example_becomes_ready(
    server: ApiServer, namespace: str, alone: OperatorProcess
) -> None:
    resee = Resee(server, namespace)
    spec: dict[str, Any] = example("production-aws")["spec"]
    for section, keys in (("database", ("uri",)), ("redis", ("uri", "cache_uri"))):
        name = spec[section]["external"]["secretName"]
        make(resee, name, **dict.fromkeys(keys, "scheme://u:p@server.example:7000/0"))
    make(resee, spec["notifications"]["slack"]["secretName"], url="https://hooks.example/1")
    with Controllers(server, namespace), alone as operator:
        operator.lead()
        resee.apply(**spec)
        resee.wait_for("Ready", "True")
        children = resee.children()
    assert not any(name.startswith("StatefulSet/") for name in children)
    assert {
        "HorizontalPodAutoscaler/demo-web",
        "PodDisruptionBudget/demo-web",
        "Ingress/demo",
    } <= children.keys()
    rules = children["NetworkPolicy/demo-migration"]["spec"]["egress"]
    assert rules == [{"ports": [{"port": 7000, "protocol": "TCP"}]}]
