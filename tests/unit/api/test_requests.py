"""Requests: what may be written in a ReseeBackup and a ReseeRestore."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from resee_operator.api.requests import (
    BackupPhase,
    InitialRestore,
    ReseeBackupSpec,
    ReseeRestoreSpec,
    RestorePhase,
)

S3 = {"bucket": "resee-backups"}


def test_a_restore_takes_the_newest_verified_backup_and_saves_the_present_data() -> None:
    spec = ReseeRestoreSpec.model_validate({"deployment": "demo"})
    assert (spec.backup, spec.source, spec.safety_backup) == ("latest", None, True)


@pytest.mark.parametrize("name", ["latest", "before-upgrade", "20260131T030000Z-1f2e3d"])
def test_a_backup_is_named_by_word_object_or_identifier(name: str) -> None:
    assert InitialRestore.model_validate({"backup": name}).backup == name


@pytest.mark.parametrize("name", ["", "Latest", "../other", "20260131T030000Z", "a b"])
def test_anything_else_names_no_backup(name: str) -> None:
    with pytest.raises(ValidationError, match="names no backup: write latest"):
        InitialRestore.model_validate({"backup": name})


def test_a_source_is_a_bucket_and_whose_backups_are_meant() -> None:
    source = {"s3": S3, "namespace": "old", "deployment": "resee"}
    spec = ReseeRestoreSpec.model_validate({"deployment": "demo", "source": source})
    assert spec.source is not None
    assert (spec.source.s3.bucket, spec.source.namespace, spec.source.deployment) == (
        "resee-backups",
        "old",
        "resee",
    )


@pytest.mark.parametrize(
    ("model", "spec"),
    [
        (ReseeBackupSpec, {}),
        (ReseeBackupSpec, {"deployment": "Demo"}),
        (ReseeBackupSpec, {"deployment": "demo", "backup": "latest"}),
        (ReseeRestoreSpec, {"backup": "latest"}),
        (ReseeRestoreSpec, {"deployment": "demo", "source": {"namespace": "old"}}),
        (ReseeRestoreSpec, {"deployment": "x" * 36}),
    ],
)
def test_what_cannot_be_carried_out_is_refused(model: Any, spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(spec)


def test_phases_are_in_the_order_in_which_they_come() -> None:
    assert list(BackupPhase) == ["Waiting", "Running", "Succeeded", "Failed"]
    assert list(RestorePhase).index(RestorePhase.SAVING) < list(RestorePhase).index(RestorePhase.RESTORING)
    assert list(RestorePhase).index(RestorePhase.RESTORING) < list(RestorePhase).index(RestorePhase.SWAPPING)
