"""Deleting a deployment removes what runs and keeps its data; the same name finds it again."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl
from tests.e2e.resee import Resee
from tests.support.wait import Budget, until

RUNS = "deployments,statefulsets,services,jobs,cronjobs,configmaps,serviceaccounts,networkpolicies,pods"
DATA = "persistentvolumeclaims,secrets"


def test_data_outlives_the_deployment(second: Kubectl, forward: Callable[[Kubectl, str], str]) -> None:
    deployment = Deployment(second, "kept")
    spec = {"stage": "Local"}
    deployment.apply(spec)
    deployment.wait("Ready")
    user = Resee(forward(second, "service/kept-nginx")).sign_up()
    user.create_content("Outlives it")
    data = {o["metadata"]["uid"] for o in deployment.children(DATA)}

    second("delete", "resee", "kept", "--wait=true")

    def gone() -> None:
        left = [o["metadata"]["name"] for o in deployment.children(RUNS)]
        assert left == []

    until(gone, Budget.ROLLOUT)
    assert {o["metadata"]["uid"] for o in deployment.children(DATA)} == data

    deployment.apply(spec)
    deployment.wait("Ready")
    user.url = forward(second, "service/kept-nginx")
    assert [row["title"] for row in user.log_in().contents()] == ["Outlives it"]


def test_policy_delete_leaves_nothing(second: Kubectl) -> None:
    deployment = Deployment(second, "erased")
    deployment.apply({"stage": "Local", "deletionPolicy": "Delete"})
    deployment.wait("Ready")

    second("delete", "resee", "erased", "--wait=true")

    def gone() -> None:
        left = [o["metadata"]["name"] for o in deployment.children(f"{RUNS},{DATA}")]
        assert left == []

    until(gone, Budget.ROLLOUT)
