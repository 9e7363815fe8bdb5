"""The rows of the bench `app`."""

from __future__ import annotations

from bench.app.measure import Result, Series
from bench.figures import Figure

GOAL = 0.6


def figures(result: Result) -> list[Figure]:
    """Each endpoint beside the bare view and beside its statements without an application."""
    series, ((today, complete), (today_many, complete_many)) = result.series, result.queries
    bare = series["bare"]
    return [
        Figure("a bare view (`/api/health/live/`), requests/s, p50 / p99", _all(bare)),
        _beside("today, 1,000 contents due, nothing changed since", series["today"], bare, f">= {GOAL}"),
        _beside("today, answered anew each time", series["today anew"], bare),
        _beside("complete", series["complete"], bare),
        _cost("today", series["today"], bare),
        _cost("today, answered anew", series["today anew"], bare),
        _cost("complete", series["complete"], bare),
        _beside_database("today, answered anew", series["today anew"], series["today in PostgreSQL"]),
        _beside_database("complete", series["complete"], series["complete in PostgreSQL"]),
        Figure(
            "queries of today / complete with 1,000 contents",
            f"{today_many} / {complete_many}",
            f"{today} / {complete} with 10",
            goal="the same",
        ),
    ]


def _beside(name: str, measured: Series, bare: Series, goal: str = "") -> Figure:
    ratio = measured.rate / bare.rate
    missed = " (missed)" if goal and ratio < GOAL else ""
    return Figure(name, _all(measured), f"{bare.rate:.0f}/s, the bare view", f"{ratio:.2f}", goal + missed)


def _cost(name: str, measured: Series, bare: Series) -> Figure:
    """What bounds the rate where web's processor is what is short: steadier than a rate on a busy machine."""
    return Figure(
        f"{name}: web's processor time for each answer",
        f"{measured.cost:.2f} ms",
        f"{bare.cost:.2f} ms, the bare view",
        f"{bare.cost / measured.cost:.2f}",
    )


def _beside_database(name: str, measured: Series, database: Series) -> Figure:
    ratio = measured.rate / database.rate
    return Figure(
        f"{name}, beside its statements",
        f"{measured.rate:.0f}/s",
        f"{database.rate:.0f}/s, pgbench",
        f"{ratio:.2f}",
    )


def _all(series: Series) -> str:
    return f"{series.rate:.0f}/s, {series.percentile(50):.1f} / {series.percentile(99):.1f} ms"
