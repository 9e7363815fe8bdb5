"""Rates and losses of the ways, in turns, on a Redis with an append-only file as in a deployment."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from bench.tasks.ways import KOMBU, PLAIN, RESEE, TASK_TIME_LIMIT, Run, Way, kill
from devcluster.progress import Progress
from tests.support.process import service_folder
from tests.support.redis import RedisServer

GOAL_LOST = 0
# Seconds: a killed worker's tasks come back 30 s after the task limit; what has not run by then is lost.
PATIENCE = TASK_TIME_LIMIT + 30 + 45
WORK = 0.02  # seconds of each task that is to be interrupted
# How many have run when something is killed.
_BEGUN = 0.3
# How often each of Redis and worker is killed in a round of kills, and how many rounds go on at once: most of
# their time they wait for the visibility timeout.
_KILLS, _ABREAST = 2, 4
# Whose rates are measured, and with which options of redis-server beside a deployment's.
_RATED: dict[str, tuple[Way, tuple[str, ...]]] = {
    RESEE.name: (RESEE, ()),
    KOMBU.name: (KOMBU, ()),
    PLAIN.name: (PLAIN, ()),
    "appendfsync always": (RESEE, ("--appendfsync", "always")),
}


def run(count: int, rounds: int, kills: int, progress: Progress) -> list[Figure]:
    """All figures, with `count` tasks each time; `kills` rounds of kills."""
    return [
        *_measured_rates(count, rounds, progress),
        *_measured_losses(count, progress),
        *_measured_kills(count, kills, progress),
    ]


def _measured_rates(count: int, rounds: int, progress: Progress) -> list[Figure]:
    rates: dict[str, list[float]] = {name: [] for name in _RATED}
    for number in range(rounds):
        for name, (way, options) in _RATED.items():
            with progress.step(f"Round {number + 1} of {rounds}, {name}"):
                rates[name].append(rate(way, count, *options))
    return [_rates(rates[RESEE.name], rates[name], name) for name in _RATED if name != RESEE.name]


def _measured_losses(count: int, progress: Progress) -> list[Figure]:
    outages: dict[str, Callable[[Way, int], int]] = {"a worker": lost_with_worker, "Redis": lost_with_redis}
    found = []
    for what, lost in outages.items():
        with progress.step(f"Killing {what}"):
            found.append(_losses(what, lost(RESEE, count), lost(PLAIN, count), count))
    return found


def _measured_kills(count: int, kills: int, progress: Progress) -> list[Figure]:
    """The yardstick takes a quarter of the rounds: its lost tasks are waited for to the end."""
    rounds = {RESEE: kills, KOMBU: math.ceil(kills / 4)}
    lost = {}
    for way, number in rounds.items():
        with progress.step(f"{number} rounds of kills, {way.name}"), ThreadPoolExecutor(_ABREAST) as pool:
            lost[way] = sum(pool.map(lost_with_kills, [way] * number, [count] * number))
    return [
        Figure(
            f"tasks lost by kill -9, {_KILLS} times of Redis and of the worker for each {count}",
            f"{lost[RESEE]} of {kills * count}",
            f"{lost[KOMBU]} of {rounds[KOMBU] * count}, {KOMBU.name}",
            goal=f"{GOAL_LOST}{_missed(lost[RESEE])}",
        )
    ]


def rate(way: Way, count: int, *options: str) -> float:
    """Tasks a second of a worker with two processes, from the first that is done to the last."""
    with _started(way, *options) as (run, _):
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


def lost_with_kills(way: Way, count: int) -> int:
    """Tasks that had not run in time after Redis and the worker were killed in turns, over the whole run."""
    with _started(way) as (run, redis):
        run.send(count, WORK)
        worker = run.worker()
        try:
            for number in range(2 * _KILLS):
                run.wait(int(count * (number + 1) / (2 * _KILLS + 2)), 120)
                if number % 2:
                    kill(worker)
                    worker = run.worker()
                else:
                    redis.kill()
                    redis.start()
            return count - run.wait(count, PATIENCE + count * WORK)
        finally:
            kill(worker)


@contextmanager
def _started(way: Way, *options: str) -> Iterator[tuple[Run, RedisServer]]:
    with service_folder() as folder, RedisServer(folder / "redis", *options) as redis:
        yield Run(way, redis, _made(folder / "run")), redis


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _rates(resee: list[float], other: list[float], name: str) -> Figure:
    ratio = statistics.median(one / two for one, two in zip(resee, other, strict=True))
    return Figure(
        "empty tasks a second, a worker with two processes",
        f"{statistics.median(resee):.0f}/s",
        f"{statistics.median(other):.0f}/s, {name}",
        f"{ratio:.2f}",
    )


def _losses(what: str, resee: int, plain: int, count: int) -> Figure:
    return Figure(
        f"tasks not run {PATIENCE} s after kill -9 of {what}",
        f"{resee} of {count}",
        f"{plain} of {count}, {PLAIN.name}",
        goal=f"{GOAL_LOST}{_missed(resee)}",
    )


def _missed(lost: int) -> str:
    return " (missed)" if lost > GOAL_LOST else ""
