"""The real backend: gunicorn with a PostgreSQL and a Redis of its own, migrated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.postgres import PostgresServer
from tests.support.process import LocalProcess
from tests.support.redis import RedisServer

BACKEND = Path(__file__).parents[2] / "app/backend"
PROCESSES, THREADS = 2, 4


class Application(LocalProcess):
    """One gunicorn, as its image runs it.

    Args:
        directory: for its heartbeats and metrics.
        database: a server without the application's database.
        settings: more variables of the application.
    """

    name = "gunicorn"

    def __init__(
        self, directory: Path, database: PostgresServer, redis: RedisServer, settings: dict[str, str]
    ) -> None:
        super().__init__(directory)
        self.database = database
        self.settings = {
            "PYTHONPATH": str(BACKEND),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "for-tests-only-" * 4,
            "DATABASE_URL": database.url("resee"),
            "REDIS_URL": redis.url(0),
            "CACHE_URL": redis.url(1),
            "HEARTBEAT_DIR": str(directory / "heartbeats"),
            "PROMETHEUS_MULTIPROC_DIR": str(directory / "metrics"),
            "WEB_CONCURRENCY": str(PROCESSES),
            "WEB_THREADS": str(THREADS),
            "LOG_LEVEL": "WARNING",
            **settings,
        }

    def command(self) -> list[str]:
        place = ("--chdir", str(BACKEND), "-c", str(BACKEND / "gunicorn.conf.py"))
        address = ("-b", f"127.0.0.1:{self.port}", "config.wsgi:application")
        return [sys.executable, "-m", "gunicorn", *place, *address]

    def environment(self) -> dict[str, str]:
        return self.settings

    def start(self) -> Application:
        self.database.execute("CREATE DATABASE resee")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"],
            cwd=BACKEND,
            env=os.environ | self.settings,
            check=True,
        )
        super().start()
        return self

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/api/health/ready/").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@contextmanager
def application(folder: Path, **settings: str) -> Iterator[Application]:
    """The application with its servers, all below the folder."""
    folder.mkdir()
    with (
        PostgresServer(folder / "postgres") as database,
        RedisServer(folder / "redis") as redis,
        Application(folder / "web", database, redis, settings) as web,
    ):
        yield web
