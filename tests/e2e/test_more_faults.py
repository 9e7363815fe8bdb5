"""More faults under a client that writes, on demand: RESEE_E2E_FAULTS=1, or `make test-faults`.

An upgrade that fails in each of its Jobs, a store that goes away, programs killed at each try, a full volume.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from botocore.exceptions import BotoCoreError

from tests.e2e.conftest import UNTHROTTLED
from tests.e2e.deployments import Deployment
from tests.e2e.faults import (
    KILLED,
    SMALL,
    Database,
    end_of,
    kill_pod_of,
    running_job,
    small_volume,
    told_of_upgrade,
    without_store,
    writing,
)
from tests.e2e.images import ADD_NOTE, NOTE, in_use, layer, take_back
from tests.e2e.kubectl import Kubectl
from tests.e2e.requests import ask, outcome
from tests.e2e.resee import Resee
from tests.e2e.test_basic import SPEC, copied_credentials, stored
from tests.support.wait import Budget, until

pytestmark = pytest.mark.timeout(900)

S3 = SPEC["backup"]
TRIES = 3
"""Tries of a ReseeBackup's Job."""
BROKEN = '''\
"""Fails in the database."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contents", "0001_initial")]
    operations = [migrations.RunSQL("SELECT 1/0")]
'''
READ_LOCK = "LOCK TABLE contents_content IN ACCESS SHARE MODE"
"""What a long query holds: who writes goes on, who changes the table waits."""
DUMP_LOCK = "LOCK TABLE django_content_type IN ACCESS EXCLUSIVE MODE"
"""Holds pg_dump up, and nobody else: Resee reads this table when it starts."""
MARK_LOCK = "LOCK TABLE pg_shdescription IN SHARE MODE"
"""Holds a restore up between making its database and marking it."""
Forward = Callable[[Kubectl, str], str]


@pytest.fixture
def in_bucket(cluster: Kubectl, deployment: Deployment) -> Iterator[tuple[Deployment, dict[str, str]]]:
    """The deployment with its backups in the bucket, and the bucket's keys; afterwards as it was."""
    keys = copied_credentials(cluster, deployment.kubectl)
    before = deployment.read()["spec"]
    deployment.patch({"backup": S3})
    deployment.settle()
    yield deployment, keys
    deployment.kubectl("delete", "reseebackup,reseerestore", "--all", "--wait=true")
    deployment.restore(before)
    deployment.settle()


def delete_failed_job(deployment: Deployment, start: str) -> None:
    """What the status says to do: try again as it is."""
    jobs = [
        job["metadata"]["name"]
        for job in deployment.children("jobs")
        if any(found["type"] == "Failed" for found in job["status"].get("conditions", []))
    ]
    (failed,) = [name for name in jobs if name.startswith(f"{deployment.name}-{start}")]
    deployment.kubectl("delete", "job", failed, "--wait=true")


def test_an_upgrade_that_fails_in_every_way(
    cluster: Kubectl,
    in_bucket: tuple[Deployment, dict[str, str]],
    url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A backup without its store; a migration that fails; one that is killed, and kept from its lock."""
    deployment, _ = in_bucket
    folder, base = tmp_path_factory.mktemp("images"), in_use(deployment)
    broken = layer(folder, base, "failing", "contents/migrations/0002_fails.py", BROKEN)
    right = layer(folder, base, "right", NOTE, ADD_NOTE)
    database = Database(deployment)
    with writing(url):
        with without_store(cluster):
            deployment.patch({"images": {"backend": broken}, "upgrade": {"backup": "WhenMigrating"}})
            told_of_upgrade(deployment, broken, "Backup", "runs on")
            assert deployment.condition("Degraded")["reason"] == "BackupFailed"
        delete_failed_job(deployment, "backup-upgrade")
        told_of_upgrade(deployment, broken, "Migrating", "division by zero")
        assert deployment.condition("Degraded")["reason"] == "JobFailed"

        with database.held(READ_LOCK):
            deployment.patch({"images": {"backend": right}})
            killed_while_waiting(deployment, f"{deployment.name}-migrate-", "ALTER TABLE")
            told_of_upgrade(deployment, right, "Migrating", "lock timeout")
        delete_failed_job(deployment, "migrate")
        told_of_upgrade(deployment, right, "Complete", "runs")
    deployment.settle()
    assert database.ask("SELECT count(*) FROM django_migrations WHERE name = '0002_note'") == "1"
    take_back(deployment)


def killed_while_waiting(deployment: Deployment, job: str, statement: str) -> None:
    """Kill -9 the Pod of a Job while its statement waits for a lock."""
    database = Database(deployment)

    def killed() -> str:
        assert database.waits(statement), f"{statement} does not wait"
        return kill_pod_of(deployment.kubectl, running_job(deployment.kubectl, job))

    assert end_of(deployment.kubectl, until(killed, Budget.JOB)) == KILLED


def assert_not_published(deployment: Deployment, keys: dict[str, str], before: int) -> None:
    """There is no manifest more in the bucket than before, and the deployment says that a backup failed."""
    assert manifests(deployment, keys) == before
    assert deployment.wait("BackupHealthy", "False")["reason"] == "JobFailed"


def manifests(deployment: Deployment, keys: dict[str, str]) -> int:
    """Backups in the bucket, whose server may just have come back."""

    def counted() -> int:
        try:
            found = stored(keys, f"{deployment.kubectl.namespace}/{deployment.name}/")
        except BotoCoreError as error:
            raise AssertionError(str(error)) from None
        return found.count("manifest.json")

    return until(counted, Budget.PROCESS)


def dump_waits(database: Database) -> None:
    assert database.waits("LOCK TABLE"), "pg_dump does not wait"


def test_backups_that_fail_are_none(
    cluster: Kubectl, in_bucket: tuple[Deployment, dict[str, str]], url: str
) -> None:
    """The store goes away in the middle of a dump; then the program is killed in each of its tries."""
    deployment, keys = in_bucket
    kubectl, database = deployment.kubectl, Database(deployment)
    with writing(url):
        before = manifests(deployment, keys)
        with ExitStack() as gone:
            with database.held(DUMP_LOCK):
                ask(kubectl, "ReseeBackup", "cut", deployment.name)
                until(lambda: dump_waits(database), Budget.JOB)
                gone.enter_context(without_store(cluster))
            failed = outcome(kubectl, "ReseeBackup", "cut")
        assert (failed["phase"], "object store" in failed["message"]) == ("Failed", True), failed
        assert_not_published(deployment, keys, before)

        with database.held(DUMP_LOCK):
            ask(kubectl, "ReseeBackup", "killed", deployment.name)
            for _ in range(TRIES):
                killed_while_waiting(deployment, f"{deployment.name}-backup-", "LOCK TABLE")
                database.end_waits("LOCK TABLE")
            failed = outcome(kubectl, "ReseeBackup", "killed")
        assert failed["phase"] == "Failed", failed
        assert_not_published(deployment, keys, before)

        ask(kubectl, "ReseeBackup", "good", deployment.name)
        assert outcome(kubectl, "ReseeBackup", "good")["phase"] == "Succeeded"
        assert manifests(deployment, keys) == before + 1
        deployment.wait("BackupHealthy")


def test_a_restore_that_is_killed_goes_on(deployment: Deployment, url: str) -> None:
    kubectl, database = deployment.kubectl, Database(deployment)
    with writing(url) as writer:
        ask(kubectl, "ReseeBackup", "early", deployment.name)
        assert outcome(kubectl, "ReseeBackup", "early")["phase"] == "Succeeded"
        with database.held(MARK_LOCK):
            ask(kubectl, "ReseeRestore", "back", deployment.name, backup="early")
            killed_while_waiting(deployment, f"{deployment.name}-restore-", "COMMENT ON DATABASE")
            writer.stop()
        restored = outcome(kubectl, "ReseeRestore", "back")
        assert restored["phase"] == "Succeeded", restored
        deployment.settle()
        assert writer.acknowledged - writer.stored(), "the backup held what came after it"

        ask(kubectl, "ReseeRestore", "undo", deployment.name, backup=restored["safetyBackup"])
        assert outcome(kubectl, "ReseeRestore", "undo")["phase"] == "Succeeded"
        deployment.settle()
    kubectl("delete", "reseebackup,reseerestore", "--all", "--wait=true")


def test_a_full_volume_holds_backup_and_deletion_up(second: Kubectl, forward: Forward) -> None:
    volume = {"volume": {"storage": {"className": SMALL, "size": "1Gi"}}}
    with small_volume(second) as grow:
        deployment = Deployment(second, "full")
        spec = {"stage": "Local", "deletionPolicy": "Snapshot", "backup": {"destination": volume}}
        deployment.apply({**spec, **UNTHROTTLED})
        deployment.wait("Ready")
        url = forward(second, "service/full-nginx")
        user = Resee(url).sign_up()
        for number in range(20):
            user.create_content(f"large {number}", secrets.token_hex(4000))
        with writing(url):
            ask(second, "ReseeBackup", "full", "full")
            failed = outcome(second, "ReseeBackup", "full")
            assert (failed["phase"], "No space left" in failed["message"]) == ("Failed", True), failed
            deployment.wait("BackupHealthy", "False")

        second("delete", "resee", "full", "--wait=false")
        until(lambda: assert_waits(deployment, "No space left"), Budget.JOB)
        grow()
        assert_goes(deployment)


def test_a_deletion_waits_for_its_store(cluster: Kubectl, second: Kubectl) -> None:
    copied_credentials(cluster, second)
    deployment = Deployment(second, "last")
    deployment.apply({"stage": "Local", "deletionPolicy": "Snapshot", "backup": S3})
    deployment.wait("Ready")
    with without_store(cluster):
        second("delete", "resee", "last", "--wait=false")
        until(lambda: assert_waits(deployment, "object store"), Budget.DEPLOYMENT)
    assert_goes(deployment)


def assert_waits(deployment: Deployment, why: str) -> None:
    """The deletion says why it waits, and the data is there."""
    degraded = deployment.condition("Degraded")
    assert degraded.get("reason") == "BackupFailed", degraded
    assert "deletion waits: the last backup failed" in degraded["message"]
    assert why in degraded["message"]
    claims = {claim["metadata"]["name"] for claim in deployment.children("persistentvolumeclaims")}
    assert f"data-{deployment.name}-postgres-0" in claims


def assert_goes(deployment: Deployment) -> None:
    """With its cause removed and the failed Job too, the deletion comes to its end."""
    delete_failed_job(deployment, "backup-final")

    def gone() -> None:
        assert not deployment.kubectl.exists("resee", deployment.name)

    until(gone, Budget.ROLLOUT)
