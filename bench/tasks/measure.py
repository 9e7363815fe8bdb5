"""Rates and losses of both ways, in turns, on a Redis with an append-only file as in a deployment."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from bench.tasks.ways import PLAIN, RESEE, TASK_TIME_LIMIT, Run, Way, kill
from devcluster.progress import Progress
from tests.support.process import service_folder
from tests.support.redis import RedisServer

GOAL_LOST = 0
# Seconds: a killed worker's tasks come back 30 s after the task limit; what has not run by then is lost.
PATIENCE = TASK_TIME_LIMIT + 30 + 45
WORK = 0.02  # seconds of each task that is to be interrupted
# How many have run when something is killed.
_BEGUN = 0.3


def run(count: int, rounds: int, progress: Progress) -> list[Figure]:
    """All figures, with `count` tasks each time."""
    rates: dict[Way, list[float]] = {RESEE: [], PLAIN: []}
    for number in range(rounds):
        for way, found in rates.items():
            with progress.step(f"Round {number + 1} of {rounds}, {way.name}"):
                found.append(rate(way, count))
    figures = [_rates(rates[RESEE], rates[PLAIN])]
    outages: dict[str, Callable[[Way, int], int]] = {"a worker": lost_with_worker, "Redis": lost_with_redis}
    for what, lost in outages.items():
        with progress.step(f"Killing {what}"):
            figures.append(_losses(what, lost(RESEE, count), lost(PLAIN, count), count))
    return figures


def rate(way: Way, count: int) -> float:
    """Tasks a second of a worker with two processes, from the first that is done to the last."""
    with _started(way) as (run, _):
        run.send(count)
        worker = run.worker()
        try:
            if run.wait(count, 120) < count:
                raise RuntimeError(f"{way.name}: {run.distinct()} of {count} tasks ran within 120 s")
        finally:
            kill(worker)
        times = [when for _, when in run.done()]
    return (count - 1) / (max(times) - min(times))


def lost_with_worker(way: Way, count: int) -> int:
    """Tasks that had not run in time after kill -9 of a whole worker in the middle; another one goes on."""
    with _started(way) as (run, _):
        run.send(count, WORK)
        first = run.worker()
        run.wait(int(count * _BEGUN), 60)
        kill(first)
        second = run.worker()
        try:
            return count - run.wait(count, PATIENCE + count * WORK)
        finally:
            kill(second)


def lost_with_redis(way: Way, count: int) -> int:
    """Tasks that had not run in time after kill -9 of Redis in the middle; it starts again with its file."""
    with _started(way) as (run, redis):
        run.send(count, WORK)
        worker = run.worker()
        try:
            run.wait(int(count * _BEGUN), 60)
            redis.kill()
            redis.start()
            return count - run.wait(count, PATIENCE + count * WORK)
        finally:
            kill(worker)


@contextmanager
def _started(way: Way) -> Iterator[tuple[Run, RedisServer]]:
    with service_folder() as folder, RedisServer(folder / "redis") as redis:
        yield Run(way, redis, _made(folder / "run")), redis


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _rates(resee: list[float], plain: list[float]) -> Figure:
    ratio = statistics.median(one / other for one, other in zip(resee, plain, strict=True))
    return Figure(
        "empty tasks a second, a worker with two processes",
        f"{statistics.median(resee):.0f}/s",
        f"{statistics.median(plain):.0f}/s, Celery's defaults",
        f"{ratio:.2f}",
    )


def _losses(what: str, resee: int, plain: int, count: int) -> Figure:
    missed = " (missed)" if resee > GOAL_LOST else ""
    return Figure(
        f"tasks not run {PATIENCE} s after kill -9 of {what}",
        f"{resee} of {count}",
        f"{plain} of {count}, Celery's defaults",
        goal=f"{GOAL_LOST}{missed}",
    )
