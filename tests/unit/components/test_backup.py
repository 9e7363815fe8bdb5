"""The backup's CronJob, and what its runs say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resee_operator.api.status import BackupStatus
from resee_operator.components import backup
from resee_operator.components.backup_program import own_place
from resee_operator.components.backup_program import pod as pod_of
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod,
    resolved_of,
    waiting,
)

S3 = {
    "bucket": "safe",
    "prefix": "a/b",
    "endpoint": "http://s3.local:7070",
    "region": "eu-west-1",
    "credentialsSecret": "keys",
}


def cron_job(resolved: Resolved) -> dict[str, Any]:
    return find(manifests_of(resolved), "CronJob", "demo-backup")


def to_bucket(**changed: Any) -> Resolved:
    s3 = {key: value for key, value in {**S3, **changed}.items() if value is not None}
    return resolved_of(backup={"destination": {"s3": s3}})


class TestCronJob:
    def test_runs_when_told_in_the_time_zone_and_one_at_a_time(self) -> None:
        spec = cron_job(resolved_of(backup={"schedule": "5 4 * * *", "timeZone": "UTC"}))["spec"]
        assert (spec["schedule"], spec["timeZone"]) == ("5 4 * * *", "UTC")
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["suspend"] is False

    def test_by_default_each_night_in_seoul(self) -> None:
        spec = cron_job(resolved_of())["spec"]
        assert (spec["schedule"], spec["timeZone"]) == ("0 3 * * *", "Asia/Seoul")

    def test_a_run_that_hangs_ends_before_the_next(self) -> None:
        job = cron_job(resolved_of())["spec"]["jobTemplate"]["spec"]
        assert job["activeDeadlineSeconds"] < 24 * 3600
        assert job["backoffLimit"] == 1
        assert job["template"]["spec"]["restartPolicy"] == "Never"

    def test_dumps(self) -> None:
        container = container_of(cron_job(resolved_of()))
        assert container["args"] == ["dump", "--prune"]
        assert "command" not in container


class TestVolume:
    def test_backups_go_to_a_claim_that_outlives_the_deployment(self) -> None:
        resolved = resolved_of()
        claim = find(manifests_of(resolved), "PersistentVolumeClaim", "demo-backup")
        assert claim["spec"]["resources"]["requests"]["storage"] == "2Gi"
        assert "ownerReferences" not in claim["metadata"]
        variables = env_of(cron_job(resolved))
        assert variables["BACKUP_DESTINATION"] == "file:///backups"
        assert {"name": "backups", "mountPath": "/backups"} in container_of(cron_job(resolved))[
            "volumeMounts"
        ]

    def test_stays_when_backups_are_turned_off(self) -> None:
        resolved = resolved_of(backup={"enabled": False})
        kinds = [item["kind"] for item in backup.objects(resolved, facts_of(resolved))]
        assert kinds == ["PersistentVolumeClaim"]


class TestBucket:
    def test_address_and_credentials(self) -> None:
        variables = env_of(cron_job(to_bucket()))
        assert variables["BACKUP_DESTINATION"] == "s3://safe/a/b"
        assert variables["AWS_ENDPOINT_URL"] == "http://s3.local:7070"
        assert variables["AWS_REGION"] == "eu-west-1"
        assert variables["AWS_REQUEST_CHECKSUM_CALCULATION"] == "when_required"
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            assert variables[key] == {"secretKeyRef": {"name": "keys", "key": key}}

    def test_amazons_own(self) -> None:
        variables = env_of(cron_job(to_bucket(endpoint=None, prefix=None)))
        assert variables["BACKUP_DESTINATION"] == "s3://safe"
        assert "AWS_ENDPOINT_URL" not in variables
        assert "AWS_REQUEST_CHECKSUM_CALCULATION" not in variables

    def test_a_role_needs_no_credentials(self) -> None:
        assert "AWS_ACCESS_KEY_ID" not in env_of(cron_job(to_bucket(credentialsSecret=None)))

    def test_needs_no_volume(self) -> None:
        resolved = to_bucket()
        kinds = [item["kind"] for item in backup.objects(resolved, facts_of(resolved))]
        assert kinds == ["CronJob"]
        volumes = cron_job(resolved)["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"]
        assert [volume["name"] for volume in volumes] == ["tmp"]


class TestEnvironment:
    def test_names_database_and_folder(self) -> None:
        variables = env_of(cron_job(resolved_of()))
        assert variables["DATABASE_URL"] == {"secretKeyRef": {"name": "demo-database", "key": "uri"}}
        assert variables["BACKUP_NAME"] == "shop/demo"

    def test_the_key_reaches_all_who_write_and_read_backups(self) -> None:
        key = {"secretKeyRef": {"name": "backup-key", "key": "identities.txt"}}
        env = [{"name": "BACKUP_AGE_IDENTITIES", "valueFrom": key}]
        resolved = resolved_of(backup={"env": env, "drill": {"schedule": "0 5 * * 0"}})
        assert env_of(cron_job(resolved))["BACKUP_AGE_IDENTITIES"] == key
        made = pod_of(resolved, ["restore"], own_place(resolved)).spec(resolved)
        drill = find(manifests_of(resolved), "CronJob", "demo-drill")
        for spec in (made, drill["spec"]["jobTemplate"]["spec"]["template"]["spec"]):
            (program,) = (one for one in spec["containers"] if one["name"] == "backup")
            assert env[0] in program["env"]

    def test_retention(self) -> None:
        kept = {"keepLast": 1, "daily": 2, "weekly": 3, "monthly": 4}
        variables = env_of(cron_job(resolved_of(backup={"retention": kept})))
        names = ("LAST", "DAILY", "WEEKLY", "MONTHLY")
        assert [variables[f"BACKUP_KEEP_{name}"] for name in names] == ["1", "2", "3", "4"]

    def test_slack(self) -> None:
        resolved = resolved_of(notifications={"slack": {"secretName": "hook"}})
        assert "SLACK_WEBHOOK_URL" in env_of(cron_job(resolved))


def live(*more: dict[str, Any], **status: Any) -> LiveObjects:
    return LiveObjects([{**cron_job(resolved_of()), "status": status}, *more])


def finished(message: str, exit_code: int = 0, name: str = "demo-backup-1") -> dict[str, Any]:
    ended = {"exitCode": exit_code, "message": message}
    return pod("backup", name, containerStatuses=[{"name": "backup", "state": {"terminated": ended}}])


EARLY, LATE = "2026-01-01T18:00:00Z", "2026-01-02T18:00:00Z"


def test_what_is_known_fits_the_status() -> None:
    """Its keys are those of status.backup."""
    result = {"ok": True, "location": "x", "sizeBytes": 1, "finished": LATE, "verified": LATE}
    cron = live(finished(json.dumps(result)), lastScheduleTime=LATE, lastSuccessfulTime=EARLY)
    assert BackupStatus.model_validate(backup.health(resolved_of(), cron).data["backup"]).size_bytes == 1


class TestHealth:
    def test_not_there_yet(self) -> None:
        assert backup.health(resolved_of(), LiveObjects()).reason == Reason.MISSING

    def test_turned_off(self) -> None:
        verdict = backup.health(resolved_of(backup={"enabled": False}), LiveObjects())
        assert (verdict.healthy, verdict.reason) == (True, Reason.NOT_NEEDED)

    def test_suspended(self) -> None:
        assert backup.health(resolved_of(suspend=True), live()).reason == Reason.SUSPENDED

    def test_credentials_that_are_missing_are_named_before_the_first_night(self) -> None:
        resolved = to_bucket()
        missing = backup.health(resolved, LiveObjects([cron_job(resolved)]))
        assert missing.reason == Reason.SECRET_MISSING
        assert "Secret keys of spec.backup.destination.s3.credentialsSecret" in missing.message
        half = LiveObjects([cron_job(resolved)], {"keys": {"AWS_ACCESS_KEY_ID": "x"}})
        assert backup.health(resolved, half).reason == Reason.SECRET_INCOMPLETE
        whole = {"keys": {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}}
        verdict = backup.health(resolved, LiveObjects([cron_job(resolved)], whole))
        assert verdict.reason == Reason.WAITING_FOR_FIRST_RUN

    def test_before_the_first_run(self) -> None:
        verdict = backup.health(resolved_of(), live())
        assert (verdict.healthy, verdict.reason) == (True, Reason.WAITING_FOR_FIRST_RUN)
        assert "0 3 * * *" in verdict.message

    def test_made(self) -> None:
        verdict = backup.health(resolved_of(), live(lastScheduleTime=EARLY, lastSuccessfulTime=LATE))
        assert (verdict.healthy, verdict.reason) == (True, Reason.READY)
        assert verdict.data == {"backup": {"lastSuccess": LATE}}

    def test_failed(self) -> None:
        verdict = backup.health(resolved_of(), live(lastScheduleTime=LATE, lastSuccessfulTime=EARLY))
        assert (verdict.healthy, verdict.reason) == (False, Reason.JOB_FAILED)
        assert verdict.data == {"backup": {"lastSuccess": EARLY, "lastFailure": LATE}}

    def test_the_first_one_failed(self) -> None:
        verdict = backup.health(resolved_of(), live(lastScheduleTime=LATE))
        assert verdict.reason == Reason.JOB_FAILED

    def test_one_that_runs_is_no_failure(self) -> None:
        status = {
            "lastScheduleTime": LATE,
            "lastSuccessfulTime": EARLY,
            "active": [{"name": "demo-backup-2"}],
        }
        assert backup.health(resolved_of(), live(**status)).healthy

    def test_one_that_cannot_start_is(self) -> None:
        stuck = pod("backup", containerStatuses=[waiting("backup", "CreateContainerConfigError", "no keys")])
        status = {"lastScheduleTime": LATE, "active": [{"name": "demo-backup-2"}]}
        verdict = backup.health(resolved_of(), live(stuck, **status))
        assert (verdict.healthy, verdict.reason) == (False, Reason.CONFIG_ERROR)

    def test_where_it_lies_and_how_large_it_is(self) -> None:
        old = {"ok": True, "location": "s3://safe/old", "sizeBytes": 1, "finished": EARLY}
        new = {"ok": True, "location": "s3://safe/new", "sizeBytes": 2, "finished": LATE, "verified": LATE}
        failed = {"ok": False, "location": "s3://safe/bad", "finished": "2027-01-01T00:00:00Z"}
        pods = [
            finished(json.dumps(result), name=name)
            for name, result in zip("abc", (new, old, failed), strict=True)
        ]
        verdict = backup.health(resolved_of(), live(*pods, lastScheduleTime=EARLY, lastSuccessfulTime=LATE))
        assert verdict.data["backup"] == {
            "lastSuccess": LATE,
            "lastVerified": LATE,
            "location": "s3://safe/new",
            "sizeBytes": 2,
        }

    def test_a_failed_run_says_itself_why(self) -> None:
        result = {"ok": False, "message": "the bucket refuses", "remedy": "correct the keys"}
        verdict = backup.health(resolved_of(), live(finished(json.dumps(result), 1), lastScheduleTime=LATE))
        assert verdict.message == f"the backup of {LATE} failed: the bucket refuses; correct the keys"

    @pytest.mark.parametrize("message", ["", "killed", "[1]", "null"])
    def test_a_message_that_is_no_result_is_passed_over(self, message: str) -> None:
        status = {"lastScheduleTime": EARLY, "lastSuccessfulTime": LATE}
        verdict = backup.health(resolved_of(), live(finished(message), **status))
        assert verdict.data == {"backup": {"lastSuccess": LATE}}
