"""The drill's CronJob: a server that lives as long as its Pod, and what its runs say."""

from __future__ import annotations

import json
from typing import Any

from resee_operator.api.status import BackupStatus
from resee_operator.components import drill
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import LiveObjects, env_of, facts_of, find, manifests_of, pod, resolved_of

EARLY, LATE = "2026-01-01T18:00:00Z", "2026-01-02T18:00:00Z"


def scheduled(**drilled: Any) -> Resolved:
    return resolved_of(backup={"drill": {"schedule": "0 5 * * 0", **drilled}})


def cron_job(resolved: Resolved) -> dict[str, Any]:
    return find(manifests_of(resolved), "CronJob", "demo-drill")


def pod_spec(resolved: Resolved) -> dict[str, Any]:
    spec: dict[str, Any] = cron_job(resolved)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return spec


def live(*more: dict[str, Any], **status: Any) -> LiveObjects:
    return LiveObjects([{**cron_job(scheduled()), "status": status}, *more])


def ended(said: dict[str, Any], at: str = LATE) -> dict[str, Any]:
    state = {"terminated": {"message": json.dumps(said), "finishedAt": at}}
    return pod("drill", "demo-drill-1", containerStatuses=[{"name": "backup", "state": state}])


class TestObjects:
    def test_none_without_a_schedule(self) -> None:
        resolved = resolved_of()
        assert drill.objects(resolved, facts_of(resolved)) == []
        assert drill.health(resolved, LiveObjects()).reason == Reason.NOT_NEEDED

    def test_none_without_backups(self) -> None:
        resolved = resolved_of(backup={"enabled": False, "drill": {"schedule": "0 5 * * 0"}})
        assert drill.objects(resolved, facts_of(resolved)) == []

    def test_runs_when_told(self) -> None:
        spec = cron_job(scheduled())["spec"]
        assert (spec["schedule"], spec["timeZone"]) == ("0 5 * * 0", "Asia/Seoul")

    def test_the_server_is_up_before_the_program_and_ends_after_it(self) -> None:
        (server,) = pod_spec(scheduled())["initContainers"]
        assert server["restartPolicy"] == "Always"
        assert "startupProbe" in server
        assert server["securityContext"]["runAsUser"] == 999
        assert server["securityContext"]["readOnlyRootFilesystem"] is True

    def test_the_server_is_reached_by_its_own_pod_only_and_has_no_secret(self) -> None:
        (server,) = pod_spec(scheduled())["initContainers"]
        assert "listen_addresses=127.0.0.1" in server["args"]
        assert not [variable for variable in server["env"] if "valueFrom" in variable]
        variables = env_of(cron_job(scheduled()))
        assert variables["BACKUP_DRILL_DATABASE_URL"] == "postgres://resee@127.0.0.1:5432/resee"
        assert "DATABASE_URL" not in variables

    def test_its_data_goes_with_the_pod(self) -> None:
        volumes = {volume["name"]: volume for volume in pod_spec(scheduled())["volumes"]}
        assert volumes["data"] == {"name": "data", "emptyDir": {}}

    def test_a_volume_of_its_own_goes_soon_after(self) -> None:
        resolved = scheduled(volumeSize="20Gi")
        volumes = {volume["name"]: volume for volume in pod_spec(resolved)["volumes"]}
        claim = volumes["data"]["ephemeral"]["volumeClaimTemplate"]["spec"]
        assert claim["resources"]["requests"]["storage"] == "20Gi"
        assert cron_job(resolved)["spec"]["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] == 600

    def test_its_policy_lets_it_to_the_bucket_and_not_to_the_database(self) -> None:
        s3 = {"bucket": "safe", "endpoint": "http://s3.local:7070"}
        drilled = {"schedule": "0 5 * * 0"}
        resolved = resolved_of(backup={"drill": drilled, "destination": {"s3": s3}})
        policy = find(manifests_of(resolved), "NetworkPolicy", "demo-drill")
        assert policy["spec"]["egress"] == [{"ports": [{"port": 7070, "protocol": "TCP"}]}]


class TestHealth:
    def test_before_the_first(self) -> None:
        assert drill.health(scheduled(), live()).reason == Reason.WAITING_FOR_FIRST_RUN

    def test_not_there_yet(self) -> None:
        assert drill.health(scheduled(), LiveObjects()).reason == Reason.MISSING

    def test_passed(self) -> None:
        run = ended({"ok": True, "command": "drill", "rtoSeconds": 12.4})
        verdict = drill.health(scheduled(), live(run, lastScheduleTime=EARLY, lastSuccessfulTime=LATE))
        assert verdict.healthy
        assert verdict.data == {"backup": {"lastDrill": LATE, "rtoSeconds": 12}}
        BackupStatus.model_validate(verdict.data["backup"])

    def test_failed(self) -> None:
        run = ended({"ok": False, "message": "other rows", "remedy": "look into it"})
        verdict = drill.health(scheduled(), live(run, lastScheduleTime=LATE, lastSuccessfulTime=EARLY))
        assert (verdict.healthy, verdict.reason) == (False, Reason.JOB_FAILED)
        assert verdict.message == f"the restore drill of {LATE} failed: other rows; look into it"
        assert verdict.data == {"backup": {"lastDrillFailure": LATE}}
