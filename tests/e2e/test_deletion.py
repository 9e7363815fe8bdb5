"""Deleting a deployment removes what runs and keeps its data; the same name finds it again."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl
from tests.e2e.resee import Resee
from tests.e2e.test_basic import BUCKET, REGION, copied_credentials
from tests.support.wait import Budget, until

RUNS = "deployments,statefulsets,services,jobs,cronjobs,configmaps,serviceaccounts,networkpolicies,pods"
DATA = "persistentvolumeclaims,secrets"
S3_ENDPOINT = "http://s3.devcluster-s3.svc:7070"


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


def test_policy_snapshot_waits_for_its_backup(cluster: Kubectl, second: Kubectl) -> None:
    copied_credentials(cluster, second)
    deployment = Deployment(second, "last")
    s3 = {"bucket": "no-such-bucket", "endpoint": S3_ENDPOINT, "region": REGION, "credentialsSecret": "s3"}
    deployment.apply({"stage": "Local", "deletionPolicy": "Snapshot", "backup": {"destination": {"s3": s3}}})
    deployment.wait("Ready")

    second("delete", "resee", "last", "--wait=false")

    def waits() -> None:
        degraded = deployment.condition("Degraded")
        assert degraded["reason"] == "BackupFailed", f"{degraded}"
        assert "deletion waits: the last backup failed" in degraded["message"]

    until(waits, Budget.JOB)
    assert {"data-last-postgres-0", "data-last-redis-0"} <= names(deployment, "persistentvolumeclaims")

    deployment.patch({"backup": {"destination": {"s3": {"bucket": BUCKET}}}})

    def gone() -> None:
        assert not second.exists("resee", "last")
        assert names(deployment, f"{RUNS},persistentvolumeclaims") == set()

    until(gone, Budget.ROLLOUT)
    assert "last-database" in names(deployment, "secrets")


def names(deployment: Deployment, kinds: str) -> set[str]:
    return {one["metadata"]["name"] for one in deployment.children(kinds)}
