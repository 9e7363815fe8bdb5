"""The short form of the engine's bench: its counts hold on any machine, its times are not looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.engine.plots import draw
from bench.engine.rows import rows
from bench.engine.scene import SHORT, Measured
from bench.engine.seen import PATIENCE
from resee_operator.engine.news import SETTLE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """One run for all tests of this module, by the command that people use."""
    file = tmp_path_factory.mktemp("bench") / "figures.json"
    command = [sys.executable, "-m", "bench", "engine", "--short", "--output", str(file)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'operator'}:{ROOT}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return Measured(**json.loads(file.read_text()))


def test_pass_without_drift_calls_nothing(measured: Measured) -> None:
    assert measured.figures["nodrift.passes"] >= SHORT.touched
    assert measured.figures["nodrift.calls"] == 0


def test_deployment_costs_one_write_for_each_child_and_two_for_its_status(measured: Measured) -> None:
    # Where the machine is so slow that a deployment takes longer, its progress is told in between.
    slow = measured.figures["operator.settled"] // SETTLE
    allowed = measured.figures["children"] + 2 + slow
    assert measured.figures["operator.writes"] <= SHORT.batch * allowed


def test_restarted_operator_writes_nothing(measured: Measured) -> None:
    assert (measured.figures["start.calls"], measured.figures["start.drift"]) == (0, 0)


@pytest.mark.parametrize("name", ["edit", "delete", "edit.failing", "apart"])
def test_no_edit_and_no_deletion_is_overlooked(measured: Measured, name: str) -> None:
    assert measured.series[name]
    assert max(measured.series[name]) < PATIENCE


def test_failing_deployment_was_tried_while_others_were_edited(measured: Measured) -> None:
    assert measured.figures["failing.passes"] >= 1


def test_every_row_of_the_table_has_a_figure(measured: Measured) -> None:
    table = rows(measured, SHORT)

    assert len(table) == 16
    assert all(row.measured and "nan" not in row.measured for row in table)


def test_plots_are_drawn(measured: Measured, tmp_path: Path) -> None:
    draw(measured, tmp_path)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["engine-fleet.svg", "engine-latency.svg"]
