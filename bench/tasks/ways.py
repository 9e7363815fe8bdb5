"""The ways as processes: a worker with two processes, a sender, and what they have done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.tasks.jobs import MARKS
from devcluster.paths import ROOT
from tests.support.redis import RedisServer

BACKEND = ROOT / "app" / "backend"
# The shortest that Resee's worker takes, so that what a killed worker had comes back within 45 s.
TASK_TIME_LIMIT = 15


@dataclass(frozen=True)
class Way:
    """A Celery application, and the options of its worker."""

    name: str
    application: str
    module: str
    options: tuple[str, ...]


RESEE = Way("Resee's settings", "config", "config.celery", ("-Q", "default,reviews,email"))
KOMBU = Way("kombu's transport", "bench.tasks.kombus", "bench.tasks.kombus", RESEE.options)
PLAIN = Way("Celery's defaults", "bench.tasks.plain", "bench.tasks.plain", ())


class Run:
    """One way on a Redis of its own, with its marks in a folder."""

    def __init__(self, way: Way, redis: RedisServer, folder: Path) -> None:
        self.way, self.folder = way, folder
        self.marks = folder / "marks"
        self.marks.touch()
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(BACKEND), str(ROOT)]),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "for-the-bench-only-" * 3,
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/unused",
            "REDIS_URL": redis.url(0),
            "CACHE_URL": redis.url(1),
            "HEARTBEAT_DIR": str(folder / "heartbeats"),
            "LOG_LEVEL": "ERROR",
            "CELERY_TASK_TIME_LIMIT": str(TASK_TIME_LIMIT),
            MARKS: str(self.marks),
        }
        if way is PLAIN:
            del self.environment["DJANGO_SETTINGS_MODULE"]

    def send(self, count: int, seconds: float = 0) -> None:
        """Puts so many tasks into the queue."""
        arguments = (self.way.module, str(count), str(seconds))
        subprocess.run(
            [sys.executable, "-m", "bench.tasks.send", *arguments], env=self.environment, cwd=ROOT, check=True
        )

    def worker(self) -> subprocess.Popen[bytes]:
        """Starts a worker, in a process group of its own."""
        command = ("-m", "celery", "-A", self.way.application, "worker", *self.way.options)
        options = (
            "-c",
            "2",
            "--loglevel",
            "ERROR",
            "--include",
            "bench.tasks.jobs",
            "-n",
            f"{time.time()}@%h",
        )
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command, *options],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def done(self) -> list[tuple[int, float]]:
        """The numbers of the tasks that ran, in order, and when (seconds of the epoch)."""
        lines = [line.split() for line in self.marks.read_text().splitlines()]
        return [(int(number), float(when)) for number, when in lines]

    def distinct(self) -> int:
        """How many tasks ran at least once."""
        return len({number for number, _ in self.done()})

    def wait(self, count: int, seconds: float) -> int:
        """Waits until so many different tasks have run, at most so long; returns how many have."""
        end = time.monotonic() + seconds
        while self.distinct() < count and time.monotonic() < end:
            time.sleep(0.1)
        return self.distinct()


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the worker and its processes, as when a node dies."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
