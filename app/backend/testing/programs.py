"""The programs of a Pod as processes: gunicorn, worker, beat, manage.py, with the test's database."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.db import connection

from testing.budgets import PROCESS_IS_READY, REQUEST_IS_ANSWERED, SERVICE_STOPS, wait_until
from testing.services import free_port


class Program:
    """A running program. Its log and its heartbeats lie in a folder of its own."""

    def __init__(self, *command: str, database: str | None = None, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="resee-program-"))
        self.log = self.folder / "log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            # As in an image, where everything is compiled: a start takes a second instead of three.
            "PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/resee-pycache-{os.getuid()}",
            "DATABASE_URL": url_of(database or connection.settings_dict["NAME"]),
            "HEARTBEAT_DIR": str(self.folder),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
            **environment,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def probe(self, name: str) -> subprocess.CompletedProcess[str]:
        """What the kubelet runs in the Pod."""
        return subprocess.run(
            [sys.executable, "-S", f"{settings.BASE_DIR}/bin/{name}.py"],
            env={"HEARTBEAT_DIR": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    def passes(self, name: str) -> bool:
        return self.probe(name).returncode == 0

    def kill(self) -> None:
        """As when a node dies: the program and its children, at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """As the kubelet does it; returns the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(SERVICE_STOPS)
        finally:
            self.kill()


def url_of(database: str) -> str:
    """The URL of a database of the test's server."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{database}"


@contextmanager
def running(*command: str, **environment: str) -> Iterator[Program]:
    """A program that is gone afterwards; after a failure its log stays, to be read."""
    program = Program(*command, **environment)
    try:
        yield program
    finally:
        program.kill()
    shutil.rmtree(program.folder)


def worker(*options: str, **environment: str) -> AbstractContextManager[Program]:
    """A worker for all queues, with two processes and the flags of a deployment."""
    queues = ("-Q", "default,reviews,email", "-c", "2", "-n", "all@%h")
    alone = ("--without-mingle", "--without-gossip")
    return running("-m", "celery", "-A", "config", "worker", *queues, *alone, *options, **environment)


class Web:
    """gunicorn and its address."""

    def __init__(self, program: Program, port: int) -> None:
        self.program, self.url = program, f"http://127.0.0.1:{port}"

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=REQUEST_IS_ANSWERED, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(f"{self.url}{path}", timeout=REQUEST_IS_ANSWERED, **options)

    def is_ready(self) -> bool:
        try:
            return self.get("/api/health/ready/").status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False


@contextmanager
def gunicorn(**environment: str) -> Iterator[Web]:
    """gunicorn once it is ready."""
    port = free_port()
    address = ("-b", f"127.0.0.1:{port}")
    command = ("-m", "gunicorn", "-c", "gunicorn.conf.py", *address, "config.wsgi:application")
    with running(*command, **environment) as program:
        web = Web(program, port)
        wait_until(f"gunicorn is ready (see {program.log})", web.is_ready, PROCESS_IS_READY)
        yield web
