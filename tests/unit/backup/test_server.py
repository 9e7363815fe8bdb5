"""Names of databases: derived from what they are for, and never longer than PostgreSQL takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resee_backup.server import LONGEST_NAME, name_for

BACKUP = "20260131T030000Z-1f2e3d"


def test_a_name_says_what_it_is() -> None:
    assert name_for("resee", "restore", BACKUP) == "resee_restore_20260131t030000z_1f2e3d"


@given(st.text(min_size=1, max_size=80))
def test_a_name_is_cut_in_its_front_part(base: str) -> None:
    name = name_for(base, "restore", BACKUP)
    assert len(name.encode()) <= LONGEST_NAME
    assert name.endswith("_restore_20260131t030000z_1f2e3d")
