"""The result line: small enough for the kubelet, without secrets, and never a reason to fail."""

from __future__ import annotations

import json
from pathlib import Path

from resee_backup.errors import Reason, UserError
from resee_backup.log import Mask
from resee_backup.result import LONGEST, Result, encoded, failed, write_result

PLAIN = Mask({})


def succeeded(message: str = "Published") -> Result:
    """A result with little in it."""
    return Result(command="dump", ok=True, reason=Reason.SUCCEEDED, message=message, size_bytes=5)


def test_it_is_one_line_of_json_without_empty_fields() -> None:
    line = encoded(succeeded(), PLAIN)
    assert b"\n" not in line
    assert json.loads(line) == {
        "command": "dump",
        "ok": True,
        "reason": "Succeeded",
        "message": "Published",
        "sizeBytes": 5,
    }


def test_an_error_brings_its_place_and_remedy() -> None:
    error = UserError(Reason.TOOL_TOO_OLD, "too old", where="PATH", remedy="Use another image.")
    read = json.loads(encoded(failed("dump", error), PLAIN))
    assert (read["ok"], read["reason"], read["where"]) == (False, "ToolTooOld", "PATH")
    assert read["remedy"] == "Use another image."


def test_long_texts_are_shortened_until_the_line_fits_and_stays_json() -> None:
    error = UserError(Reason.UNEXPECTED, '"\n' * 5000, where="é" * 5000, remedy="x" * 5000)
    line = encoded(failed("dump", error), PLAIN)
    assert len(line) < LONGEST
    assert json.loads(line)["ok"] is False


def test_secrets_are_masked_in_every_text() -> None:
    mask = Mask({"DATABASE_URL": "postgres://u:sent%2Finel@h/d", "AWS_SECRET_ACCESS_KEY": "other-sentinel"})
    error = UserError(Reason.UNEXPECTED, "sent%2Finel", where="sent/inel", remedy="other-sentinel")
    text = encoded(failed("dump", error), mask).decode()
    assert "inel" not in text
    assert "***" in text


def test_it_is_written_where_the_environment_says(tmp_path: Path) -> None:
    path = tmp_path / "result"
    path.write_text("something longer that was there before")
    write_result(b"{}", {"BACKUP_RESULT_PATH": str(path)})
    assert path.read_bytes() == b"{}\n"


def test_a_missing_folder_is_no_failure(tmp_path: Path) -> None:
    write_result(b"{}", {"BACKUP_RESULT_PATH": str(tmp_path / "none" / "result")})
    assert list(tmp_path.iterdir()) == []
