"""PostgreSQL, by a StatefulSet or somewhere else."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.api.data import DatabaseProvider
from resee_operator.components import Facts, postgres
from resee_operator.components.base import Reason
from resee_operator.components.postgres import external
from resee_operator.stages import Resolved
from resee_operator.stages.checks import DATABASE_PROVIDERS
from tests.support.deployments import (
    EXTERNAL,
    LiveObjects,
    container_of,
    env_of,
    facts_of,
    find,
    manifests_of,
    pod,
    resolved_of,
    rolled_out,
    waiting,
)


def stateful_set(resolved: Resolved, facts: Facts | None = None) -> dict[str, Any]:
    return find(manifests_of(resolved, facts), "StatefulSet", "demo-postgres")


def claim(resolved: Resolved) -> dict[str, Any]:
    return find(manifests_of(resolved), "PersistentVolumeClaim", "data-demo-postgres-0")


def test_there_is_a_module_for_each_provider_that_is_let_through() -> None:
    assert tuple(postgres.PROVIDERS) == DATABASE_PROVIDERS
    assert set(DATABASE_PROVIDERS) <= set(DatabaseProvider)


class TestStatefulSet:
    def test_the_image_is_given_what_it_needs_for_a_first_start(self) -> None:
        variables = env_of(stateful_set(resolved_of()))
        assert variables["POSTGRES_PASSWORD"] == {
            "secretKeyRef": {"name": "demo-database", "key": "password"}
        }
        assert variables["POSTGRES_USER"] == {"secretKeyRef": {"name": "demo-database", "key": "username"}}
        assert variables["POSTGRES_DB"] == {"secretKeyRef": {"name": "demo-database", "key": "dbname"}}

    def test_its_data_lies_in_a_folder_of_the_volume(self) -> None:
        manifest = stateful_set(resolved_of())
        mounts = {item["name"]: item["mountPath"] for item in container_of(manifest)["volumeMounts"]}
        assert mounts == {
            "tmp": "/tmp",
            "data": "/var/lib/postgresql/data",
            "sockets": "/var/run/postgresql",
        }
        assert env_of(manifest)["PGDATA"].startswith(mounts["data"] + "/")

    def test_connections_over_the_network_need_a_password(self) -> None:
        variables = env_of(stateful_set(resolved_of()))
        assert variables["POSTGRES_HOST_AUTH_METHOD"] == "scram-sha-256"
        assert "--auth-host=scram-sha-256" in variables["POSTGRES_INITDB_ARGS"].split()
        assert "--data-checksums" in variables["POSTGRES_INITDB_ARGS"].split()

    def test_parameters_are_arguments(self) -> None:
        resolved = resolved_of(database={"parameters": {"work_mem": "8MB"}})
        args = container_of(stateful_set(resolved))["args"]
        assert args[0] == "postgres"
        assert args[1::2] == ["-c"] * 4
        assert set(args[2::2]) == {
            "work_mem=8MB",
            "shared_buffers=32MB",
            "max_connections=50",
            "password_encryption=scram-sha-256",
        }

    def test_it_runs_as_the_official_images_user(self) -> None:
        security = stateful_set(resolved_of())["spec"]["template"]["spec"]["securityContext"]
        assert (security["runAsUser"], security["runAsGroup"], security["fsGroup"]) == (999, 999, 999)

    def test_a_broken_pod_does_not_block_its_correction(self) -> None:
        assert stateful_set(resolved_of())["spec"]["podManagementPolicy"] == "Parallel"

    def test_a_replay_of_the_log_is_not_cut_off(self) -> None:
        probe = container_of(stateful_set(resolved_of()))["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] >= 1800

    def test_the_volume_is_an_object_of_its_own_so_that_it_can_grow(self) -> None:
        assert "volumeClaimTemplates" not in stateful_set(resolved_of())["spec"]
        assert claim(resolved_of())["spec"] == {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }

    def test_the_volumes_class(self) -> None:
        resolved = resolved_of(database={"storage": {"size": "5Gi", "className": "fast"}})
        spec = claim(resolved)["spec"]
        assert spec["storageClassName"] == "fast"
        assert spec["resources"]["requests"]["storage"] == "5Gi"

    @pytest.mark.parametrize(("policy", "owned"), [("Retain", False), ("Snapshot", False), ("Delete", True)])
    def test_the_volume_outlives_the_deployment_unless_told_otherwise(self, policy: str, owned: bool) -> None:
        metadata = claim(resolved_of(deletionPolicy=policy))["metadata"]
        assert ("ownerReferences" in metadata) is owned

    def test_a_new_password_of_the_owner_does_not_roll_it(self) -> None:
        """A rotation gives it to the running server."""
        resolved = resolved_of()
        facts = facts_of(resolved)
        data = {**facts.secrets["demo-database"], "password": "new"}
        changed = Facts({**facts.secrets, "demo-database": data})
        assert stateful_set(resolved, changed) == stateful_set(resolved, facts)

    def test_a_changed_address_does_not(self) -> None:
        resolved = resolved_of()
        facts = facts_of(resolved)
        data = {**facts.secrets["demo-database"], "uri": "new"}
        changed = Facts({**facts.secrets, "demo-database": data})
        assert stateful_set(resolved, changed) == stateful_set(resolved, facts)

    def test_health(self) -> None:
        resolved = resolved_of()
        assert postgres.health(resolved, LiveObjects()).reason == Reason.MISSING
        manifest = rolled_out(stateful_set(resolved))
        assert postgres.health(resolved, LiveObjects([manifest])).healthy
        manifest["status"]["readyReplicas"] = 0
        crash = pod("postgres", containerStatuses=[waiting("postgres", "CrashLoopBackOff")])
        verdict = postgres.health(resolved, LiveObjects([manifest, crash]))
        assert verdict.reason == Reason.CRASH_LOOPING

    def test_a_revision_that_is_not_yet_current_is_not_ready(self) -> None:
        manifest = rolled_out(stateful_set(resolved_of()))
        manifest["status"]["updateRevision"] = "r2"
        assert postgres.health(resolved_of(), LiveObjects([manifest])).reason == Reason.ROLLING_OUT


class TestExternal:
    def test_nothing_is_run(self) -> None:
        resolved = resolved_of(**EXTERNAL)
        assert postgres.objects(resolved, facts_of(resolved)) == []

    def test_the_users_secret_is_read(self) -> None:
        web = find(manifests_of(resolved_of(**EXTERNAL)), "Deployment", "demo-web")
        assert env_of(web)["DATABASE_URL"] == {"secretKeyRef": {"name": "rds", "key": "uri"}}

    def test_the_secret_is_missing(self) -> None:
        verdict = postgres.health(resolved_of(**EXTERNAL), LiveObjects())
        assert (verdict.healthy, verdict.reason) == (False, Reason.SECRET_MISSING)
        assert "Secret rds of spec.database.external.secretName" in verdict.message
        assert "uri" in verdict.message

    @pytest.mark.parametrize("data", [{}, {"url": "x"}, {"uri": ""}])
    def test_the_secret_is_incomplete(self, data: dict[str, str]) -> None:
        verdict = postgres.health(resolved_of(**EXTERNAL), LiveObjects(secrets={"rds": data}))
        assert verdict.reason == Reason.SECRET_INCOMPLETE
        assert ", ".join(external.KEYS) in verdict.message

    def test_the_secret_is_complete(self) -> None:
        live = LiveObjects(secrets={"rds": {"uri": "postgresql://u:secret@h/d"}})
        verdict = postgres.health(resolved_of(**EXTERNAL), live)
        assert verdict.healthy
        assert "secret@" not in verdict.message
