"""Faults under a client that writes: no acknowledged row is missing, no success is told that is none, and the
deployment serves. `make test-faults` runs those of `test_more_faults` too, which take long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.deployments import Deployment
from tests.e2e.faults import (
    KILLED,
    Database,
    end_of,
    kill_pod_of,
    running_job,
    told_of_upgrade,
    writing,
)
from tests.e2e.images import ADD_NOTE, NOTE, in_use, layer
from tests.support.wait import Budget, until


@pytest.fixture
def unchanged(deployment: Deployment) -> Iterator[Deployment]:
    """The deployment; afterwards its spec is what it was."""
    before = deployment.read()["spec"]
    yield deployment
    deployment.restore(before)
    deployment.settle()


def test_an_image_that_is_missing(unchanged: Deployment, url: str) -> None:
    missing = f"{in_use(unchanged)}-nowhere"
    with writing(url):
        unchanged.patch({"images": {"backend": missing}})
        message = told_of_upgrade(unchanged, missing, "Preflight", "cannot be pulled")
        assert missing in message
        assert unchanged.wait("Degraded")["reason"] == "ImagePullFailed"


def test_a_migration_that_is_killed_while_it_waits_for_a_lock(
    unchanged: Deployment, url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It is withdrawn before its next try: nothing was migrated, and nothing rolls."""
    migrating = layer(tmp_path_factory.mktemp("images"), in_use(unchanged), "noted", NOTE, ADD_NOTE)
    database = Database(unchanged)
    with writing(url), database.held("LOCK TABLE contents_content IN ACCESS SHARE MODE"):
        unchanged.patch({"images": {"backend": migrating}})
        job = running_job(unchanged.kubectl, f"{unchanged.name}-migrate-")

        def killed() -> str:
            assert database.waits("ALTER TABLE"), "the migration does not wait for the lock"
            return kill_pod_of(unchanged.kubectl, job)

        assert end_of(unchanged.kubectl, until(killed, Budget.JOB)) == KILLED
        told_of_upgrade(unchanged, migrating, "Migrating", "")
        unchanged.patch({"images": {"backend": None}})

        def withdrawn() -> None:
            assert not unchanged.kubectl.exists("job", job)

        until(withdrawn, Budget.ROLLOUT)
    assert database.ask("SELECT count(*) FROM django_migrations WHERE name = '0002_note'") == "0"
