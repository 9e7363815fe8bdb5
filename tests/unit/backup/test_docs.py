"""docs/backup.md knows every setting, command and file that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from resee_backup.catalogue import FILES
from resee_backup.cli import main
from resee_backup.result import Result
from resee_backup.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "backup.md").read_text()
SHORT = {"BACKUP_KEEP_DAILY": "_DAILY", "BACKUP_KEEP_WEEKLY": "_WEEKLY", "BACKUP_KEEP_MONTHLY": "_MONTHLY"}


@pytest.mark.parametrize("field", Settings.__struct_fields__)
def test_every_setting_is_described(field: str) -> None:
    variable = f"BACKUP_{field.upper()}"
    assert SHORT.get(variable, variable) in PAGE


@pytest.mark.parametrize("field", Result.__struct_encode_fields__)
def test_every_field_of_a_result_is_named(field: str) -> None:
    assert f"`{field}`" in PAGE


@pytest.mark.parametrize("name", [*FILES, *main.commands])
def test_every_file_and_command_is_named(name: str) -> None:
    assert name in PAGE
