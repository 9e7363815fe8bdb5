"""How Kopf is told to watch."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from resee_operator.handlers import LONGEST_BACKOFF, kopf_settings


def test_quiet_watch_is_opened_anew_before_it_counts_as_dead() -> None:
    watching = kopf_settings(70.0).watching

    assert (watching.server_timeout, watching.inactivity_timeout) == (60, 70.0)


def test_server_that_is_away_is_asked_for_ever_and_often() -> None:
    backoffs = kopf_settings().networking.error_backoffs
    assert isinstance(backoffs, Iterable)

    for _ in range(2):
        first = list(itertools.islice(backoffs, 1000))
        assert len(first) == 1000, "each request has all of its tries"
        assert first[0] <= 0.5
        assert max(first) <= LONGEST_BACKOFF
        assert min(first[10:]) >= LONGEST_BACKOFF / 2
