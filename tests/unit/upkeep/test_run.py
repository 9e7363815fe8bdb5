"""The runner of suites, run on small programs that stand for suites."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devcluster import paths
from devcluster.progress import Progress
from tests import suites
from tests.counts import Counts
from tests.run import Runner
from tests.suites import REPORT, Command, Suite

PASSES = '<testsuite><testcase name="passes"/></testsuite>'


def program(text: str) -> Command:
    return (sys.executable, "-c", text, REPORT)


def reporting(report: str, code: int = 0) -> Command:
    return program(f"import sys; open(sys.argv[1], 'w').write({report!r}); print('words'); sys.exit({code})")


def run(folder: Path, *chosen: Suite) -> Counts:
    return Runner(folder, Progress.silent()).run(chosen)


def test_all_suites_are_counted_together(tmp_path: Path) -> None:
    chosen = [Suite(name, reporting(PASSES)) for name in "abc"]
    assert run(tmp_path, *chosen) == Counts(passed=3)


def test_the_words_of_a_suite_are_in_its_log(tmp_path: Path) -> None:
    run(tmp_path, Suite("a", reporting(PASSES)))
    assert (tmp_path / "a.log").read_text() == "words\n"


def test_a_failed_suite_shows_its_last_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, Suite("a", reporting(PASSES, code=1))) == Counts(passed=1, failed=1)
    assert "words" in capsys.readouterr().out


def test_what_must_be_there_before_stops_the_suite(tmp_path: Path) -> None:
    chosen = Suite("a", reporting(PASSES), before=(program("raise SystemExit(2)"),))
    assert run(tmp_path, chosen) == Counts(failed=1)


def test_a_missing_program_fails_its_suite_alone(tmp_path: Path) -> None:
    assert run(tmp_path, Suite("a", ("no-such-program",)), Suite("b", reporting(PASSES))) == Counts(
        passed=1, failed=1
    )


def test_an_old_report_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(PASSES)
    assert run(tmp_path, Suite("a", program("raise SystemExit(1)"))) == Counts(failed=1)


@pytest.mark.parametrize("suite", suites.SUITES, ids=lambda suite: suite.name)
def test_each_suite_writes_a_report_from_a_folder_that_exists(suite: Suite) -> None:
    assert any(REPORT in part for part in suite.command)
    assert suite.folder.is_dir()


def test_names_of_suites_are_different() -> None:
    names = [suite.name for suite in suites.SUITES]
    assert len(set(names)) == len(names)


def test_what_is_imported_is_compiled_once_and_the_limit_is_patient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("RESEE_WAIT_MULTIPLIER", "2")
    said = "import os, sys; print(sys.dont_write_bytecode, sys.pycache_prefix, os.environ['PYTEST_TIMEOUT'])"
    run(tmp_path, Suite("a", program(said)))
    wrote, folder, limit = (tmp_path / "a.log").read_text().split()
    assert (wrote, limit) == ("False", "600")
    assert Path(folder).is_relative_to(paths.state_dir())
