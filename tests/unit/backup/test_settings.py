"""Settings: what is missing or wrong is named with its variable, before anything is touched."""

from __future__ import annotations

import pytest

from resee_backup.errors import Reason, UserError
from resee_backup.settings import read_settings

GOOD = {"BACKUP_DESTINATION": "s3://bucket/prefix", "BACKUP_NAME": "demo"}


def test_two_variables_are_enough() -> None:
    settings = read_settings(GOOD)
    assert (settings.destination, settings.name) == ("s3://bucket/prefix", "demo")
    assert (settings.keep.last, settings.keep.daily, settings.keep.weekly, settings.keep.monthly) == (
        7,
        7,
        4,
        6,
    )


def test_numbers_are_read() -> None:
    settings = read_settings({**GOOD, "BACKUP_KEEP_LAST": "3", "BACKUP_COMPRESSION_LEVEL": "9"})
    assert (settings.keep.last, settings.compression_level) == (3, 9)


def test_an_empty_variable_counts_as_absent() -> None:
    assert read_settings({**GOOD, "BACKUP_KEEP_LAST": ""}).keep_last == 7


def test_a_namespace_may_stand_before_the_name() -> None:
    assert read_settings({**GOOD, "BACKUP_NAME": "default/demo"}).name == "default/demo"


@pytest.mark.parametrize("missing", ["BACKUP_DESTINATION", "BACKUP_NAME"])
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(UserError) as caught:
        read_settings({name: value for name, value in GOOD.items() if name != missing})
    assert caught.value.reason is Reason.INVALID_SETTING
    assert caught.value.where == missing
    assert "is not set" in caught.value.message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BACKUP_KEEP_LAST", "many"),
        ("BACKUP_KEEP_DAILY", "-1"),
        ("BACKUP_KEEP_MONTHLY", "1.5"),
        ("BACKUP_COMPRESSION_LEVEL", "20"),
        ("BACKUP_STALL_SECONDS", "0"),
        ("BACKUP_S3_ENCRYPTION", "rot13"),
        ("BACKUP_NAME", "../other"),
        ("BACKUP_NAME", "Demo"),
        ("BACKUP_NAME", "a/b/c"),
        ("BACKUP_S3_KMS_KEY_ID", "key-without-encryption"),
    ],
)
def test_a_wrong_value_is_refused_with_its_variable(variable: str, value: str) -> None:
    with pytest.raises(UserError) as caught:
        read_settings({**GOOD, variable: value})
    assert caught.value.where == variable
    assert variable in caught.value.message
    assert caught.value.exit_code == 2


def test_keeping_nothing_is_refused() -> None:
    nothing = {f"BACKUP_KEEP_{rule}": "0" for rule in ("LAST", "DAILY", "WEEKLY", "MONTHLY")}
    with pytest.raises(UserError, match="nothing would be kept"):
        read_settings(GOOD | nothing)
