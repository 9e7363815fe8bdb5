"""The simulation of the bench in its short form, a day: the yardstick is right, and the rule is kept."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bench.autoscaling import load, plot, report
from bench.autoscaling.model import CAPACITY, LEAST, MOST, Seen, Trace, run
from bench.autoscaling.policies import Hpa, Ours


def seen(now: float, pods: int, cpu: float) -> Seen:
    """So many Pods with so much CPU each."""
    return Seen(now, pods, pods, cpu * pods, 0)


@pytest.fixture(scope="module")
def day() -> dict[str, Trace]:
    return report.simulate(seed=1, length=load.DAY)


@pytest.mark.parametrize(
    ("pods", "cpu", "wanted"), [(4, 76, 4), (4, 78, 5), (2, 140, 4), (4, 64, 4), (3, 700, 7), (8, 700, 10)]
)
def test_the_autoscaler_adds_as_documented(pods: int, cpu: float, wanted: int) -> None:
    assert Hpa(70).decide(seen(0, pods, cpu)) == wanted


def test_the_autoscaler_takes_away_after_its_window() -> None:
    scaler = Hpa(70)
    assert scaler.decide(seen(0, 8, 70)) == 8
    assert scaler.decide(seen(300, 8, 10)) == 8
    assert scaler.decide(seen(315, 8, 10)) == 2


def test_an_autoscaler_that_only_adds() -> None:
    scaler = Hpa(70, up=300, down=None)
    assert scaler.decide(seen(0, 4, 10)) == 4
    assert scaler.decide(seen(15, 4, 100)) == 4
    assert scaler.decide(seen(315, 4, 100)) == 6


def test_load_times_ten_is_answered_within_a_minute_of_the_window() -> None:
    """Ten times the load for twenty minutes, then gone: out by the rule, and in by the rule."""
    rates = [15.0] * 80 + [150.0] * 80 + [0.5] * 200
    trace = run(Ours(), rates)
    first = next(step for step, pods in enumerate(trace.pods) if pods > LEAST)
    enough = next(step for step, pods in enumerate(trace.pods) if pods == 9)
    assert (first - 80) * load.STEP <= 60 + 60
    assert (enough - 80) * load.STEP <= 60 + 120
    assert trace.pods[-1] == LEAST
    lowered = next(step for step, pods in enumerate(trace.pods) if step > 160 and pods < 9)
    assert 540 <= (lowered - 160) * load.STEP <= 720


def test_the_rule_does_not_turn_within_ten_minutes(day: dict[str, Trace]) -> None:
    assert day["the rule"].turns == 0
    assert all(LEAST <= pods <= MOST for trace in day.values() for pods in trace.pods)


def test_the_rule_is_over_capacity_no_more_than_the_autoscaler_at_90(day: dict[str, Trace]) -> None:
    assert day["the rule"].over <= day["HPA at 90 %"].over


def test_a_load_that_two_pods_bear_changes_nothing() -> None:
    trace = run(Ours(), [CAPACITY] * 1000)
    assert (trace.changes, trace.over) == (0, 0)


def test_figures_and_drawing(day: dict[str, Trace]) -> None:
    names = [figure.name for figure in report.figures(day)]
    assert "the rule: Pod-hours" in names
    drawing = plot.draw(load.week(1, load.DAY), {name: trace.pods for name, trace in day.items()})
    lines = ElementTree.fromstring(drawing).findall(".//{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 1 + 2 * len(day)
