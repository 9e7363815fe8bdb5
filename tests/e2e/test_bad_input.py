"""Bad input is refused or named with what to do, and never stops what runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import KubectlError
from tests.support.wait import Budget, until

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": ({"replicaz": 2}, "replicaz"),
    "wrong quantity": ({"database": {"storage": {"size": "ten gigs"}}}, "spec.database.storage.size"),
    "bad cron line": ({"backup": {"schedule": "every day"}}, "spec.backup.schedule"),
    "unknown stage": ({"stage": "Staging"}, "spec.stage"),
    "queue nobody consumes": ({"workers": [{"name": "w", "queues": ["default"]}]}, "spec.workers"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_at_admission(deployment: Deployment, case: str) -> None:
    fields, named = REFUSED[case]

    with pytest.raises(KubectlError, match="(?s)" + named.replace(".", r"\.")):
        Deployment(deployment.kubectl, "refused").apply({"stage": "Local", **fields})

    assert not deployment.kubectl.exists("resee", "refused")


@pytest.fixture
def serving(deployment: Deployment, url: str) -> Iterator[None]:
    """The deployment serves after the test as it did before, and its spec is put back."""
    before = deployment.read()["spec"]
    uid = deployment.kubectl.get("deployment", f"{deployment.name}-web")["metadata"]["uid"]
    yield
    try:
        assert httpx.get(f"{url}/api/health/ready/", timeout=Budget.PROCESS.seconds).status_code == 200
        assert deployment.kubectl.get("deployment", f"{deployment.name}-web")["metadata"]["uid"] == uid
    finally:
        deployment.restore(before)
        deployment.settle()


@pytest.mark.usefixtures("serving")
def test_a_cron_line_only_the_operator_can_judge_is_named(deployment: Deployment) -> None:
    deployment.patch({"backup": {"schedule": "61 3 * * *"}})

    condition = deployment.wait("Degraded", "True", Budget.ADMISSION)
    assert "spec.backup.schedule" in condition["message"]
    assert "61" in condition["message"]


@pytest.mark.usefixtures("serving")
def test_a_missing_secret_is_named(deployment: Deployment) -> None:
    s3 = {"bucket": "resee", "endpoint": "http://127.0.0.1:1", "credentialsSecret": "no-such-secret"}
    deployment.patch({"backup": {"destination": {"s3": s3}}})

    def named() -> None:
        messages = [c["message"] for c in deployment.read()["status"]["conditions"]]
        assert any("no-such-secret" in m for m in messages), messages

    until(named, Budget.ADMISSION)


@pytest.mark.usefixtures("serving")
def test_an_image_that_does_not_exist_is_named_and_the_old_one_serves(deployment: Deployment) -> None:
    deployment.patch({"images": {"nginx": "resee.local/no-such-image:1"}})

    def named() -> None:
        messages = [c["message"] for c in deployment.read()["status"]["conditions"]]
        assert any("resee.local/no-such-image:1" in m for m in messages), messages

    until(named, Budget.PROCESS)
