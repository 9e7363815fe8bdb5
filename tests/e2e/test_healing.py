"""Whatever is deleted by hand comes back as it was, and the data with it."""

from __future__ import annotations

import pytest

from tests.e2e.deployments import Deployment
from tests.e2e.resee import Resee
from tests.support.wait import Budget, until

KINDS = (
    "deployment",
    "service",
    "configmap",
    "secret",
    "serviceaccount",
    "networkpolicy",
    "cronjob",
    "job",
    "statefulset",
)
WITH_PODS = ("deployment", "job", "statefulset")


def _pods(deployment: Deployment) -> dict[str, str]:
    """Uids of the deployment's Pods, by name."""
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in deployment.children("pods")}


@pytest.mark.parametrize("kind", KINDS)
def test_deleted_children_come_back(deployment: Deployment, kind: str) -> None:
    before = {o["metadata"]["name"]: o for o in deployment.children(kind)}
    assert before, f"the deployment has no {kind}"
    doomed = {uid for name, uid in _pods(deployment).items() if name.startswith(tuple(before))}

    for name in before:
        deployment.kubectl("delete", kind, name, "--wait=true", "--cascade=background")

    def back() -> None:
        after = {o["metadata"]["name"]: o for o in deployment.children(kind)}
        assert set(before) <= set(after), f"missing: {set(before) - set(after)}"
        for name, old in before.items():
            assert after[name]["metadata"]["uid"] != old["metadata"]["uid"]
            assert after[name].get("data") == old.get("data"), f"{kind}/{name} came back with other data"

    def replaced() -> None:
        # Until they are gone the new workload may count the Pods of the old one.
        assert doomed.isdisjoint(_pods(deployment).values())

    until(back, Budget.REPAIR)
    if kind in WITH_PODS:
        until(replaced, Budget.POD)
    deployment.settle()


def test_data_survives_the_loss_of_the_database_pod(deployment: Deployment, url: str) -> None:
    user = Resee(url).sign_up()
    content_id = user.create_content("Still here")
    pod = f"{deployment.name}-postgres-0"
    uid = deployment.kubectl.get("pod", pod)["metadata"]["uid"]

    deployment.kubectl("delete", "pod", pod, "--force", "--grace-period=0")

    def replaced() -> None:
        assert deployment.kubectl.get("pod", pod)["metadata"]["uid"] != uid

    until(replaced, Budget.POD)
    deployment.settle()

    def served() -> None:
        answer = user.health("ready")
        assert answer.status_code == 200, answer.text

    until(served, Budget.POD)
    assert [row["id"] for row in user.log_in().contents()] == [content_id]
