"""How old the newest backup may be, and where a restore takes one from."""

from __future__ import annotations

import pytest

from resee_operator.stages.backups import longest_pause
from resee_operator.stages.resolved import S3
from resee_operator.stages.sizes import Volume
from tests.support.deployments import resolved_example, resolved_of

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("0 3 * * *", DAY),
        ("0 * * * *", HOUR),
        ("*/15 * * * *", HOUR // 4),
        ("0 3 * * 1-5", 3 * DAY),
        ("*/5 9-17 * * *", 15 * HOUR + 300),
        ("0 3 1 * *", 31 * DAY),
    ],
)
def test_the_longest_pause_of_a_schedule(schedule: str, seconds: int) -> None:
    assert longest_pause(schedule) == seconds


def test_one_backup_may_fail_before_the_newest_is_too_old() -> None:
    assert resolved_of(backup={"schedule": "0 3 * * *"}).backup.rpo_limit == 2 * DAY


@pytest.mark.parametrize(
    ("limit", "seconds"), [("90m", 5400), ("36h", 36 * HOUR), ("7d", 7 * DAY), ("45s", 45)]
)
def test_the_limit_can_be_given(limit: str, seconds: int) -> None:
    assert resolved_of(backup={"rpoLimit": limit}).backup.rpo_limit == seconds


def test_a_drill_has_the_nodes_disk_or_a_volume() -> None:
    assert resolved_of().backup.drill_volume_size is None
    assert resolved_of(backup={"drill": {"volumeSize": "20Gi"}}).backup.drill_volume_size == "20Gi"


def test_the_example_of_a_lost_cluster() -> None:
    restore = resolved_example("Restore").restore
    assert restore is not None
    assert (restore.backup, restore.name, restore.foreign) == ("latest", "default/demo", True)


def test_a_new_deployment_begins_empty() -> None:
    assert resolved_of().restore is None


def test_or_with_its_own_backup() -> None:
    restore = resolved_of(restore={}).restore
    assert restore is not None
    assert isinstance(restore.destination, Volume)
    assert (restore.backup, restore.name, restore.foreign) == ("latest", "shop/demo", False)


def test_or_with_one_of_a_cluster_that_is_gone() -> None:
    s3 = {"bucket": "backups", "credentialsSecret": "old-keys"}
    resolved = resolved_of(restore={"backup": "before-fire", "source": {"s3": s3, "deployment": "old"}})
    restore = resolved.restore
    assert restore is not None
    assert isinstance(restore.destination, S3)
    assert (restore.backup, restore.name, restore.foreign) == ("before-fire", "shop/old", True)
    assert "old-keys" in resolved.secret_names
