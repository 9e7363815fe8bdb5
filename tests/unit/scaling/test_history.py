"""Averages over minutes: exact where the samples cover the window, none where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resee_operator.scaling.history import GAP, LONGEST, History, Sample


def history(*samples: tuple[float, float], step: float = 15.0, whole: bool = True) -> History:
    """Stretches of (seconds, total) one after another, a sample each `step` seconds, from moment 0."""
    made, now = History(), 0.0
    made.add(Sample(now, samples[0][1], whole))
    for seconds, total in samples:
        for _ in range(int(seconds / step)):
            now += step
            made.add(Sample(now, total, whole))
    return made


def test_of_a_steady_total() -> None:
    assert history((300, 7.0)).mean(300, 300) == pytest.approx(7)


def test_counts_each_sample_for_its_time() -> None:
    assert history((240, 10.0), (60, 100.0)).mean(300, 300) == pytest.approx((4 * 10 + 100) / 5)


def test_forgets_what_lies_before_the_window() -> None:
    assert history((300, 1000.0), (60, 1.0)).mean(360, 60) == pytest.approx(1)


def test_none_before_the_window_is_covered() -> None:
    assert history((285, 1.0)).mean(285, 300) is None
    assert History().mean(0, 60) is None


def test_none_over_a_gap() -> None:
    made = history((300, 1.0))
    made.add(Sample(300 + GAP + 1, 1.0))
    assert made.mean(300 + GAP + 1, 300) is None


def test_none_when_the_last_sample_is_old() -> None:
    assert history((300, 1.0)).mean(300 + GAP, 300) is not None
    assert history((300, 1.0)).mean(301 + GAP, 300) is None


def test_a_part_of_the_pods_is_a_lower_bound_and_no_average_of_all() -> None:
    made = history((600, 5.0), whole=False)
    assert made.mean(600, 600) == pytest.approx(5)
    assert made.mean(600, 600, whole=True) is None


@given(st.lists(st.tuples(st.floats(1, 60), st.floats(0, 1e6)), min_size=1, max_size=400))
def test_is_bounded_and_between_the_least_and_the_most(steps: list[tuple[float, float]]) -> None:
    made, now = History(), 0.0
    for pause, total in steps:
        now += pause
        made.add(Sample(now, total))
        assert len(made) <= LONGEST + 2
    mean = made.mean(now, 300)
    if mean is not None:
        totals = [total for _, total in steps]
        assert min(totals) - 1e-6 <= mean <= max(totals) * (1 + 1e-9) + 1e-6
