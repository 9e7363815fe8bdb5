"""How Kopf is told to watch, and that it keeps nothing of an object and says nothing itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import kopf

from resee_operator.handlers import LONGEST_BACKOFF, kopf_settings

BODY = kopf.Body({"metadata": {"name": "demo", "annotations": {"a": "b"}}, "spec": {"stage": "Local"}})


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


def test_kopf_copies_nothing_of_an_object_to_compare_it() -> None:
    storage = kopf_settings().persistence.diffbase_storage

    assert storage.build(body=BODY) == {}
    assert storage.fetch(body=BODY) is None


def test_kopf_says_nothing_itself() -> None:
    settings = kopf_settings()

    assert not settings.posting.enabled
    assert settings.scanning.disabled
