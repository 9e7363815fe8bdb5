"""A backup is a readable archive in its place, and a failed dump is a failed Job that publishes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.deployments import Deployment
from tests.e2e.resee import Resee
from tests.support.wait import Budget, until

OPERATOR = "deployment/resee-operator"


def run_backup(deployment: Deployment, job: str, **fields: Any) -> str:
    """Start the CronJob's Job now and return how it ended: `Complete` or `Failed`.

    Args:
        deployment: whose CronJob.
        job: name of the Job.
        fields: of the Job's spec, in place of the CronJob's.
    """
    source = f"--from=cronjob/{deployment.name}-backup"
    made = deployment.kubectl("create", "job", job, source, "--dry-run=client", "-o", "json")
    manifest = json.loads(made)
    deployment.kubectl.apply({**manifest, "spec": {**manifest["spec"], **fields}})

    def ended() -> str:
        status = deployment.kubectl.get("job", job).get("status", {})
        types: list[str] = [c["type"] for c in status.get("conditions", []) if c["status"] == "True"]
        end = next((t for t in types if t in {"Complete", "Failed"}), None)
        assert end, f"job {job} has not ended: {status}"
        return end

    return until(ended, Budget.JOB)


def test_a_backup_lands_on_the_volume(deployment: Deployment, url: str) -> None:
    Resee(url).sign_up().create_content("In the backup")
    try:
        assert run_backup(deployment, "backup-now") == "Complete"
        log = deployment.kubectl("logs", "job/backup-now", "--tail=-1")
        assert "sha256" in log
    finally:
        deployment.kubectl("delete", "job", "backup-now", "--wait=true")


@pytest.fixture
def without_database(deployment: Deployment) -> Iterator[None]:
    """No operator and no database meanwhile; afterwards the operator alone brings the database back."""
    system, database = deployment.kubectl.into("resee-system"), f"{deployment.name}-postgres"
    system("scale", "--replicas=0", OPERATOR)
    deployment.kubectl("scale", "--replicas=0", f"statefulset/{database}")
    # A Job may be quicker than the end of the server.
    deployment.kubectl("wait", "--for=delete", f"pod/{database}-0", f"--timeout={Budget.POD.seconds:.0f}s")
    yield
    system("scale", "--replicas=2", OPERATOR)

    def healed() -> None:
        status = deployment.kubectl.get("statefulset", database)["status"]
        assert status.get("readyReplicas") == 1, f"{database}: {status}"

    until(healed, Budget.ROLLOUT)
    deployment.settle()


@pytest.mark.usefixtures("without_database")
def test_a_failed_dump_is_a_failed_job_and_publishes_nothing(deployment: Deployment) -> None:
    try:
        # One try: how often a Job is tried is Kubernetes' part, and what lies between two tries is waiting.
        assert run_backup(deployment, "backup-refused", backoffLimit=0) == "Failed"
        log = deployment.kubectl("logs", "job/backup-refused", "--tail=-1")
        assert '"published"' not in log
    finally:
        deployment.kubectl("delete", "job", "backup-refused", "--wait=true")
