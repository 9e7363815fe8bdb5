"""The rule: the figures of the architecture, and what must hold for any figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resee_operator.scaling.rule import Bounds, Change, Decision, Reading, decide
from resee_operator.stages.sizes import Band

BOUNDS = Bounds(2, 10)
CPU, REQUESTS = Band(70, 30), Band(1000, 100)


def readings(pods: int, cpu: float | None, requests: float | None) -> list[Reading]:
    """What steady figures for each of so many Pods look like; None for one that is missing."""

    def reading(name: str, band: Band, share: float | None) -> Reading:
        total = None if share is None else share * pods
        return Reading(name, band, total, total)

    return [reading("cpu", CPU, cpu), reading("requests", REQUESTS, requests)]


def decided(pods: int, cpu: float | None, requests: float | None, *, may_shrink: bool = True) -> Decision:
    return decide(pods, BOUNDS, readings(pods, cpu, requests), may_shrink=may_shrink)


@pytest.mark.parametrize(
    ("pods", "cpu", "requests", "wanted"),
    [
        (2, 70, 1000, 2),
        (2, 70.1, 0, 3),
        (4, 10, 1000.1, 5),
        (4, 140, 0, 8),
        (4, 0, 4000, 10),
        (10, 500, 5000, 10),
        (4, 29.9, 99.9, 3),
        (4, 30, 0, 4),
        (4, 0, 100, 4),
        (2, 0, 0, 2),
        (4, 29, 500, 4),
        (4, 60, 0, 4),
    ],
)
def test_figures_of_the_architecture(pods: int, cpu: float, requests: float, wanted: int) -> None:
    assert decided(pods, cpu, requests).pods == wanted


@pytest.mark.parametrize(("cpu", "requests"), [(None, 0), (0, None), (None, None)])
def test_a_missing_figure_takes_no_pod_away(cpu: float | None, requests: float | None) -> None:
    assert decided(5, cpu, requests).change is Change.NONE


@pytest.mark.parametrize(("cpu", "requests"), [(None, 2000), (90, None)])
def test_a_missing_figure_keeps_no_other_from_adding(cpu: float | None, requests: float | None) -> None:
    assert decided(5, cpu, requests).change is Change.OUT


def test_nothing_is_known_and_nothing_is_taken_away() -> None:
    assert decide(5, BOUNDS, [], may_shrink=True).pods == 5


def test_what_has_not_settled_does_not_shrink() -> None:
    assert decided(5, 0, 0, may_shrink=False).pods == 5


def test_a_burst_that_has_just_begun_keeps_the_pods() -> None:
    """Ten quiet minutes on average, but the last minute was not: one Pod fewer could not have borne it."""
    quiet, burst = readings(3, 10, 50), readings(3, 10, 900)
    mixed = [quiet[0], replace(quiet[1], lately=burst[1].lately)]
    assert decide(3, BOUNDS, quiet, may_shrink=True).pods == 2
    assert decide(3, BOUNDS, mixed, may_shrink=True).pods == 3


@pytest.mark.parametrize(("pods", "wanted"), [(0, 2), (1, 2), (12, 10)])
def test_bounds_need_no_figures(pods: int, wanted: int) -> None:
    assert decide(pods, BOUNDS, [], may_shrink=False).pods == wanted


def test_the_sentence_names_figure_and_bound() -> None:
    assert decided(4, 90, 0).why == "90 % CPU for each Pod, more than 70"
    assert decided(4, 90, 3000).why == "3000 requests a minute for each Pod, more than 1000"
    assert decided(4, 10, 50).why == (
        "for each Pod in 10 minutes 10 % CPU, less than 30 and 50 requests a minute, less than 100"
    )


_totals = st.one_of(st.none(), st.floats(0, 20_000))
_bands = st.floats(0.1, 2000).flatmap(
    lambda out: st.floats(0, out / 2).map(lambda back: Band(out=out, back=back))
)
_readings = st.lists(
    st.builds(Reading, st.sampled_from(["cpu", "requests", "queue"]), _bands, _totals, _totals), max_size=3
)
_bounds = st.builds(lambda least, more: Bounds(least, least + more), st.integers(1, 20), st.integers(0, 20))
_pods = st.integers(0, 50)


@given(_pods, _bounds, _readings, st.booleans())
def test_stays_within_its_bounds(pods: int, bounds: Bounds, found: list[Reading], may_shrink: bool) -> None:
    decision = decide(pods, bounds, found, may_shrink=may_shrink)
    assert bounds.least <= decision.pods <= bounds.most
    inside = bounds.least <= pods <= bounds.most
    assert decision.pods >= pods - 1 or not inside
    assert (decision.change is Change.NONE) == (decision.pods == pods)


@given(_pods, _bounds, _readings)
def test_never_in_while_a_figure_is_missing_or_above_its_bound(
    pods: int, bounds: Bounds, found: list[Reading]
) -> None:
    bad = any(item.long is None or item.long >= item.band.back * pods for item in found)
    if (bad or not found) and bounds.least <= pods <= bounds.most:
        assert decide(pods, bounds, found, may_shrink=True).pods >= pods


@given(_pods, _bounds, _readings)
def test_does_not_flap(pods: int, bounds: Bounds, found: list[Reading]) -> None:
    """By the same figures, a Pod that was taken away is not wanted back, nor one that was added too many."""
    first = decide(pods, bounds, found, may_shrink=True)
    second = decide(first.pods, bounds, found, may_shrink=True)
    if first.change is Change.IN:
        assert second.change is not Change.OUT
    if first.change is Change.OUT and pods >= bounds.least:
        assert second.change is not Change.OUT
        lately = [item for item in found if item.lately is not None and item.lately == item.long]
        if len(lately) == len(found):
            assert second.change is not Change.IN


@given(st.integers(1, 49), _bands, st.floats(0, 1e6))
def test_a_pod_fewer_stays_below_what_the_autoscaler_adds_by(pods: int, band: Band, total: float) -> None:
    """The autoscaler of Kubernetes adds above `out` for each Pod; `back` is at most half of that."""
    steady = [Reading("cpu", band, total, total)]
    decision = decide(pods + 1, Bounds(1, 50), steady, may_shrink=True)
    if decision.change is Change.IN:
        assert total / decision.pods < band.out * (1 + 1e-9)
