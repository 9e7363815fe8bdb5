"""The short form of the engine's bench: its counts hold on any machine, its times are not looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.engine import measure
from bench.engine.plots import draw
from bench.engine.rows import rows
from bench.engine.scene import Measured, Size
from bench.engine.seen import PATIENCE
from devcluster.progress import Progress
from resee_operator.engine.news import SETTLE

SIZE = Size(deployments=8, batch=4, by_kubectl=1, samples=4, idle=0.5, touched=4)


@pytest.fixture(scope="module")
def measured() -> Measured:
    """One run for all tests of this module."""
    return measure(SIZE, Progress.silent())


def test_pass_without_drift_calls_nothing(measured: Measured) -> None:
    assert measured.figures["nodrift.passes"] >= SIZE.touched
    assert measured.figures["nodrift.calls"] == 0


def test_deployment_costs_one_write_for_each_child_and_two_for_its_status(measured: Measured) -> None:
    # Where the machine is so slow that a deployment takes longer, its progress is told in between.
    slow = measured.figures["operator.seconds"] // SETTLE
    allowed = measured.figures["children"] + 2 + slow
    assert measured.figures["operator.writes"] <= SIZE.batch * allowed


def test_restarted_operator_writes_nothing(measured: Measured) -> None:
    assert (measured.figures["start.calls"], measured.figures["start.drift"]) == (0, 0)


@pytest.mark.parametrize("name", ["edit", "delete", "edit.failing", "apart"])
def test_no_edit_and_no_deletion_is_overlooked(measured: Measured, name: str) -> None:
    assert measured.series[name]
    assert max(measured.series[name]) < PATIENCE


def test_failing_deployment_was_tried_while_others_were_edited(measured: Measured) -> None:
    assert measured.figures["failing.passes"] >= 1


def test_every_row_of_the_table_has_a_figure(measured: Measured) -> None:
    table = rows(measured, SIZE)

    assert len(table) == 16
    assert all(row.measured and "nan" not in row.measured for row in table)


def test_plots_are_drawn(measured: Measured, tmp_path: Path) -> None:
    draw(measured, tmp_path)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["engine-fleet.svg", "engine-latency.svg"]
