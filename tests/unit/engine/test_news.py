"""News of progress waits for more of it, and not for ever."""

from __future__ import annotations

import pytest

from resee_operator.engine.news import LONGEST, SETTLE, News
from tests.support.clock import Clock

KEY = ("default", "demo")


@pytest.fixture
def clock() -> Clock:
    return Clock(100.0)


@pytest.fixture
def news(clock: Clock) -> News:
    return News(clock)


def test_news_waits_for_more(news: News, clock: Clock) -> None:
    assert news.wait(KEY, changing=False) == SETTLE
    clock.now += 2
    assert news.wait(KEY, changing=False) == SETTLE - 2
    clock.now += SETTLE
    assert news.wait(KEY, changing=False) <= 0


def test_pass_that_changes_something_begins_the_wait_anew(news: News, clock: Clock) -> None:
    news.wait(KEY, changing=True)
    clock.now += 30
    assert news.wait(KEY, changing=True) == SETTLE
    clock.now += 1
    assert news.wait(KEY, changing=False) == SETTLE - 1


def test_wait_has_an_end_while_passes_go_on_changing(news: News, clock: Clock) -> None:
    waits = []
    for _ in range(20):
        waits.append(news.wait(KEY, changing=True))
        clock.now += LONGEST / 15

    assert waits[0] == SETTLE
    assert waits[15] <= 0


def test_written_news_is_forgotten(news: News, clock: Clock) -> None:
    news.wait(KEY, changing=False)
    clock.now += LONGEST
    news.written(KEY)

    assert news.wait(KEY, changing=False) == SETTLE
