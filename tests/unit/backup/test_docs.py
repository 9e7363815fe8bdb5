"""docs/backup.md knows every setting, command and file that there is, and every fault that is injected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from resee_backup.catalogue import FILES
from resee_backup.cli import main
from resee_backup.result import Result
from resee_backup.settings import Settings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "backup.md").read_text()
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


FAULTS = PAGE.partition("## Faults that are proved\n\n")[2].partition("\n## ")[0]
TABLES = re.findall(r"^`(tests/\S+)`.*\n\n\|.*\n\|.*\n((?:\|.*\n?)+)", FAULTS, re.MULTILINE)
NOT_FAULTS = {
    "test_encryption_is_asked_for_with_every_object",
    "test_a_mark_is_renewed_by_the_next_good_read",
}


@pytest.mark.parametrize(("file", "rows"), TABLES, ids=[file for file, _ in TABLES])
def test_faults_that_are_told_are_those_that_are_injected(file: str, rows: str) -> None:
    told = {name.strip("`") for name in re.findall(r"\| ([^|]+) \|$", rows, re.MULTILINE)} - {"the same"}
    there = set(re.findall(r"^(?:async )?def (test_\w+)", (ROOT / file).read_text(), re.MULTILINE))
    assert told <= there
    if file.endswith("faults.py"):
        assert there - NOT_FAULTS <= told


def test_faults_are_counted() -> None:
    count = sum(len(rows.splitlines()) for _, rows in TABLES)
    assert FAULTS.startswith(f"{count} faults ")
    assert count == FAULTS.count("\n| ") - len(TABLES)
