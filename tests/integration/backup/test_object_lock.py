"""A bucket with Object Lock: what makes a backup cannot be removed before its time; pruning lives with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.backup.program import NAME, Place, Program
from tests.support.postgres import PostgresServer
from tests.support.s3 import S3Server

BUCKET = "locked-backups"


@pytest.fixture
def versioned(services: Path) -> Iterator[S3Server]:
    """A store that keeps versions, with a bucket that allows locks."""
    with S3Server(services / "s3-versioned", versions=True) as server:
        server.client().create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield server


def versions(server: S3Server, file: str) -> list[dict[str, Any]]:
    """Versions of the files of one name, over all backups."""
    found = server.client().list_object_versions(Bucket=BUCKET).get("Versions", [])
    return [version for version in found if version["Key"].endswith(f"/{file}")]


def test_what_makes_a_backup_is_locked(
    versioned: S3Server, postgres: PostgresServer, sample: str, tmp_path: Path
) -> None:
    place = Place(f"s3://{BUCKET}", versioned.client_environment(), versioned.objects / BUCKET)
    program = Program(postgres.url(sample), place, tmp_path / "result.json").with_settings(
        BACKUP_S3_OBJECT_LOCK_DAYS="3", BACKUP_KEEP_LAST="1", BACKUP_KEEP_DAILY="0",
        BACKUP_KEEP_WEEKLY="0", BACKUP_KEEP_MONTHLY="0",
    )  # fmt: skip
    first = program.run("dump")
    assert first.code == 0, first.log
    client = versioned.client()
    for file in ("database.dump.zst", "globals.sql", "manifest.json"):
        held = client.head_object(Bucket=BUCKET, Key=f"{NAME}/{first.backup}/{file}")
        assert held["ObjectLockMode"] == "GOVERNANCE"
        assert held["ObjectLockRetainUntilDate"] > datetime.now(UTC) + timedelta(days=2)
    second = program.run("dump", "--prune")
    assert (second.result["kept"], second.result["removed"]) == (1, 1), second.log
    assert len(versions(versioned, "database.dump.zst")) == 2, "a lock was broken"
