"""The report's tables: only the one of the bench is replaced, and every text stays in its cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.figures import Figure, markdown, write

ROW = Figure("dump", "1 s", "pg_dump | zstd: 2 s", "0.50", "<= 1")


def test_a_pipe_in_a_text_begins_no_cell_of_its_own() -> None:
    header, line, row, *_ = markdown([ROW]).splitlines()
    assert header.count("|") == line.count("|") == row.replace(r"\|", "").count("|")
    assert r"pg_dump \| zstd: 2 s" in row


def test_words_and_tables_of_other_benches_stay(tmp_path: Path) -> None:
    report = tmp_path / "performance.md"
    report.write_text(
        "Before.\n<!-- bench:one -->\nold\n<!-- /bench -->\n"
        "Between.\n<!-- bench:two -->\nkept\n<!-- /bench -->\n"
    )
    write("one", [ROW], report)
    before, _, rest = report.read_text().partition("<!-- bench:one -->\n")
    table, _, after = rest.partition("<!-- /bench -->\n")
    assert before == "Before.\n"
    assert after == "Between.\n<!-- bench:two -->\nkept\n<!-- /bench -->\n"
    assert "old" not in table
    assert "| dump | 1 s |" in table


def test_report_without_marks_for_the_bench_is_left_alone(tmp_path: Path) -> None:
    report = tmp_path / "performance.md"
    report.write_text("No marks.\n")
    with pytest.raises(LookupError, match="bench:one"):
        write("one", [ROW], report)
    assert report.read_text() == "No marks.\n"
