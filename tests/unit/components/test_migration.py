"""The migration Job: one for each image, told apart by its name, and what its end means."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import Facts, migration
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    pod,
    resolved_of,
    waiting,
)


def job(resolved: Resolved, facts: Facts | None = None) -> dict[str, Any]:
    (manifest,) = migration.objects(resolved, facts or facts_of(resolved))
    return manifest


def ended(resolved: Resolved, condition: str, message: str = "") -> LiveObjects:
    status = {"conditions": [{"type": condition, "status": "True", "message": message}]}
    return LiveObjects([{**job(resolved), "status": status}])


class TestName:
    def test_is_the_same_for_the_same_image(self) -> None:
        assert migration.job_name(resolved_of()) == migration.job_name(resolved_of())

    @pytest.mark.parametrize(
        "fields",
        [
            {"version": "2"},
            {"images": {"backend": "b:1"}},
            {"env": [{"name": "X", "value": "1"}]},
            {"web": {"nodeSelector": {"a": "b"}}},
        ],
    )
    def test_is_another_when_what_runs_is_another(self, fields: dict[str, Any]) -> None:
        """A Job's template cannot be changed, so that whatever stands in it must be in the name."""
        assert migration.job_name(resolved_of(**fields)) != migration.job_name(resolved_of())

    @pytest.mark.parametrize(
        "fields", [{"logLevel": "DEBUG"}, {"web": {"replicas": 3}}, {"suspend": True}, {"host": "a.b"}]
    )
    def test_stays_where_the_schema_cannot_be_concerned(self, fields: dict[str, Any]) -> None:
        assert job(resolved_of(**fields))["metadata"]["name"] == job(resolved_of())["metadata"]["name"]


def test_a_corrected_address_makes_a_failed_job_run_anew() -> None:
    resolved = resolved_of()
    corrected = facts_of(resolved, demo_database={"uri": "postgresql://elsewhere/resee"})
    assert job(resolved)["spec"]["template"] != job(resolved, corrected)["spec"]["template"]
    assert job(resolved)["metadata"]["name"] == job(resolved, corrected)["metadata"]["name"]


def test_it_gives_way_to_locks_and_ends_some_time() -> None:
    manifest = job(resolved_of())
    assert env_of(manifest)["MIGRATE_LOCK_TIMEOUT"] == "5s"
    assert manifest["spec"]["backoffLimit"] == 3
    assert manifest["spec"]["activeDeadlineSeconds"] == 3600
    assert manifest["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert container_of(manifest)["command"] == ["python3", "manage.py", "migrate", "--noinput"]


class TestHealth:
    def test_done(self) -> None:
        resolved = resolved_of()
        verdict = migration.health(resolved, ended(resolved, "Complete"))
        assert (verdict.healthy, verdict.reason) == (True, Reason.READY)

    def test_done_for_another_image_does_not_count(self) -> None:
        live = ended(resolved_of(version="1"), "Complete")
        assert migration.health(resolved_of(version="2"), live).reason == Reason.MISSING

    def test_failed(self) -> None:
        resolved = resolved_of()
        live = ended(resolved, "Failed", "Job has reached the specified backoff limit")
        verdict = migration.health(resolved, live)
        assert (verdict.healthy, verdict.reason) == (False, Reason.JOB_FAILED)
        assert "backoff limit" in verdict.message
        assert f"kubectl logs job/{migration.job_name(resolved)}" in verdict.message

    def test_a_condition_that_is_false_is_no_end(self) -> None:
        resolved = resolved_of()
        status = {"conditions": [{"type": "Failed", "status": "False"}]}
        verdict = migration.health(resolved, LiveObjects([{**job(resolved), "status": status}]))
        assert verdict.reason == Reason.RUNNING

    def test_running(self) -> None:
        resolved = resolved_of()
        verdict = migration.health(resolved, LiveObjects([job(resolved)]))
        assert (verdict.healthy, verdict.reason) == (False, Reason.RUNNING)

    def test_its_pod_cannot_start(self) -> None:
        resolved = resolved_of()
        stuck = pod("migration", containerStatuses=[waiting("migration", "ErrImagePull", "not found")])
        stuck["metadata"]["labels"]["batch.kubernetes.io/job-name"] = migration.job_name(resolved)
        verdict = migration.health(resolved, LiveObjects([job(resolved), stuck]))
        assert verdict.reason == Reason.IMAGE_PULL_FAILED

    def test_suspended(self) -> None:
        verdict = migration.health(resolved_of(suspend=True), LiveObjects())
        assert (verdict.healthy, verdict.reason) == (True, Reason.SUSPENDED)
