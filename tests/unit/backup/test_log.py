"""The log: JSON lines in which no known secret stands, whoever wrote them; and an end for every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from resee_backup.log import MASK, Mask

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    "DATABASE_URL": "postgres://resee:p%40ss%2Fword@db/resee",
    "AWS_SECRET_ACCESS_KEY": "aws-sentinel",
    "BACKUP_DESTINATION": "file:///nonexistent",
    "BACKUP_NAME": "demo",
}


@pytest.mark.parametrize("said", ["p%40ss%2Fword", "p@ss/word", "aws-sentinel"])
def test_every_spelling_of_a_secret_is_masked(said: str) -> None:
    assert Mask(ENVIRONMENT)(f"before {said} after") == f"before {MASK} after"


def test_a_very_short_password_does_not_mask_ordinary_words() -> None:
    assert Mask({"DATABASE_URL": "postgres://u:a@h/d"})("a dump") == "a dump"


def test_a_url_that_cannot_be_read_is_masked_whole() -> None:
    assert Mask({"DATABASE_URL": "postgres://[u:sentinel@h"})("see postgres://[u:sentinel@h") == f"see {MASK}"


def ended(action: str, tmp_path: Path) -> tuple[int, list[dict[str, object]], dict[str, object]]:
    """Exit code, log and result of a command whose action is this Python expression."""
    script = (
        f"import os; from resee_backup.runner import run; run('test', lambda context: {action}, os.environ)"
    )
    result = tmp_path / "result"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            **ENVIRONMENT,
            "PYTHONPATH": str(ROOT / "operator"),
            "BACKUP_RESULT_PATH": str(result),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    return done.returncode, lines, json.loads(result.read_text())


def test_a_fault_of_the_program_ends_in_a_line_and_a_result(tmp_path: Path) -> None:
    code, lines, result = ended("{}['p@ss/word']", tmp_path)
    assert code == 1
    assert (result["ok"], result["reason"]) == (False, "Unexpected")
    assert [line["level"] for line in lines] == ["error", "error"]
    assert {line["command"] for line in lines} == {"test"}
    assert "KeyError" in str(lines[0]["exception"])
    assert "p@ss/word" not in json.dumps([lines, result])


def test_a_signal_ends_in_a_result(tmp_path: Path) -> None:
    code, _, result = ended("os.kill(os.getpid(), 15)", tmp_path)
    assert (code, result["reason"], result["message"]) == (1, "Interrupted", "Interrupted by SIGTERM")
