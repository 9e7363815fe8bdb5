"""What `kubectl get resee` tells, and that a changed field arrives."""

from __future__ import annotations

from tests.e2e.deployments import Deployment
from tests.support.wait import Budget, until


def test_get_resee_shows_stage_version_ready_and_url(deployment: Deployment, url: str) -> None:
    header, row = deployment.kubectl("get", "resee", deployment.name).splitlines()
    columns = dict(zip(header.split(), row.split(), strict=False))

    assert columns["STAGE"] == "Local"
    assert columns["READY"] == "True"
    assert columns["VERSION"] == deployment.read()["status"]["version"]
    assert columns["URL"] == url


def test_every_container_has_limits_and_a_read_only_root(deployment: Deployment) -> None:
    pods = deployment.children("pods")
    assert pods

    for pod in pods:
        for container in pod["spec"]["containers"]:
            assert container["resources"].get("limits"), (pod["metadata"]["name"], container["name"])
            assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_changed_replicas_arrive(deployment: Deployment) -> None:
    deployment.patch({"web": {"replicas": 2}})
    try:

        def two() -> None:
            web = deployment.kubectl.get("deployment", f"{deployment.name}-web")
            assert web["status"].get("readyReplicas") == 2, web["status"]

        until(two, Budget.ROLLOUT)
        deployment.settle()
    finally:
        deployment.patch({"web": {"replicas": 1}})
        deployment.settle()
