"""Counts of suites: whatever goes wrong is a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import counts
from tests.counts import Counts

REPORT = """<testsuites><testsuite name="a">
<testcase name="passes"/><testcase name="too"><system-out>words</system-out></testcase>
<testcase name="fails"><failure message="no"/></testcase>
<testcase name="breaks"><error message="no"/></testcase>
<testcase name="skips"><skipped message="needs root"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.xml"
    file.write_text(REPORT)
    return file


def test_errors_are_failures(report: Path) -> None:
    assert counts.read(report, exit_code=1) == Counts(passed=2, failed=2, skipped=1)


def test_the_sum_is_one_line() -> None:
    assert str(Counts(1, 0, 2) + Counts(3, 1, 0)) == "4 passed, 1 failed, 2 skipped"


def test_a_suite_that_did_not_start_failed(tmp_path: Path) -> None:
    assert counts.read(tmp_path / "missing.xml", exit_code=127) == Counts(failed=1)


def test_a_bad_exit_with_good_tests_is_a_failure(report: Path) -> None:
    report.write_text('<testsuite><testcase name="passes"/></testsuite>')
    assert counts.read(report, exit_code=3) == Counts(passed=1, failed=1)


def test_a_report_that_was_cut_off_is_a_failure(report: Path) -> None:
    report.write_text(REPORT[:60])
    assert counts.read(report, exit_code=0).failed == 1
