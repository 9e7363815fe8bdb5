"""Which suite is run next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.suites import Suite
from tests.support.wait import Budget
from tests.turns import Turns


def suite(name: str, *, engine: bool = False) -> Suite:
    return Suite(name, ("true",), engine=engine)


def test_each_is_given_once_in_the_order_of_the_table() -> None:
    turns = Turns([suite("a"), suite("b"), suite("c")])
    first, second = iter(turns), iter(turns)
    given = [next(each).name for each in (first, second, second)]
    assert given == ["a", "b", "c"]
    assert [*first, *second] == []


def test_of_those_that_use_the_engine_one_runs_at_a_time() -> None:
    turns = Turns([suite("a", engine=True), suite("b", engine=True), suite("c")])
    first, second = iter(turns), iter(turns)
    given = [next(each).name for each in (first, second, first)]
    assert given == ["a", "c", "b"]


def test_who_finds_none_that_may_start_waits_for_the_engine() -> None:
    turns = Turns([suite("a", engine=True), suite("b", engine=True)])
    first, second = iter(turns), iter(turns)
    next(first)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: next(second).name)
        first.close()
        assert waiting.result(Budget.EVENT.seconds) == "b"
