"""Counts of tests, read from the JUnit files that pytest and vitest write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Counts:
    """How many tests passed, failed (errors included) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read(report: Path, exit_code: int) -> Counts:
    """Return the counts of a suite's report.

    A suite that ended badly without one failed test (it did not start, or was cut off) counts as one failure:
    nothing that went wrong may look like success.
    """
    counts = _of_file(report) if report.exists() else Counts()
    if exit_code != 0 and counts.failed == 0:
        return counts + Counts(failed=1)
    return counts


def _of_file(report: Path) -> Counts:
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except ElementTree.ParseError:
        return Counts(failed=1)
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return Counts(len(cases) - failed - skipped, failed, skipped)
