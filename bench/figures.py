"""A bench's figures: each beside its yardstick and goal, with the machine they were taken on.

`docs/performance.md` holds one table for each bench between two marks; `write` replaces that table and leaves
the words around it alone.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
_HEADER = ("Figure", "Measured", "Yardstick", "Ratio", "Goal")


@dataclass(frozen=True)
class Figure:
    """One row. Texts carry their unit; `ratio` is measured / yardstick, empty where there is none."""

    name: str
    measured: str
    yardstick: str = ""
    ratio: str = ""
    goal: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as it is written."""
        return (self.name, self.measured, self.yardstick, self.ratio, self.goal)


def machine() -> str:
    """One line about the machine: cores, memory (GiB), kernel, Python and day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    )


def show(title: str, figures: Sequence[Figure], console: Console | None = None) -> None:
    """Print the figures as a table."""
    table = Table(*_HEADER, title=f"{title} ({machine()})")
    for figure in figures:
        table.add_row(*figure.cells)
    (console or Console()).print(table)


def markdown(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table with the machine below it."""
    rows = [_HEADER, ("---",) * len(_HEADER), *(figure.cells for figure in figures)]
    table = "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows)
    return f"{table}\n\nMeasured on {machine()}."


def write(name: str, figures: Sequence[Figure], report: Path = REPORT) -> None:
    """Put the figures of the bench `name` between its marks in the report.

    Raises:
        LookupError: the report has no marks for this bench.
    """
    text = report.read_text()
    marks = re.compile(rf"(<!-- bench:{re.escape(name)} -->\n).*?(<!-- /bench -->)", re.DOTALL)
    if not marks.search(text):
        raise LookupError(f"{report.name} has no marks <!-- bench:{name} --> ... <!-- /bench -->: add them")
    report.write_text(marks.sub(lambda found: found[1] + markdown(figures) + "\n" + found[2], text, count=1))


def report(name: str, title: str, figures: Sequence[Figure], *, to_docs: bool) -> None:
    """Print the figures of the bench `name`, and put them into the report where asked."""
    show(title, figures)
    if to_docs:
        write(name, figures)
