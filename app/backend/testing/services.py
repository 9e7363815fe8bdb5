"""PostgreSQL 15 and Redis 7 as private processes on loopback, each in a folder of its own.

A class for each: start waits until it answers, stop ends it for good, and an outage is a method.
"""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import redis

from testing.budgets import SERVICE_STARTS, SERVICE_STOPS, wait_until
from testing.certificates import Certificate

_INSTALL = "Install it: apt-get install pgbouncer postgresql-15 redis-server"


# Below the ports that Linux gives to connections: it gives none of these away before a service has started.
_PORTS = range(20_000, 30_000)


def free_port() -> int:
    """A port that nobody has, on any address. Raises StopIteration where all are taken."""
    return next(port for port in random.SystemRandom().sample(_PORTS, len(_PORTS)) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def program(name: str, *folders: str) -> str:
    path = os.pathsep.join([*folders, os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise RuntimeError(f"{name} is not installed; these tests need a real one. {_INSTALL}")
    return found


class Service:
    """A process with a folder and a port."""

    name = ""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"resee-{self.name}-"))
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Returns once the service answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, **self.identity())
        wait_until(f"{self.name} starts (see {self.folder}/log)", self.answers, SERVICE_STARTS)

    def stop(self) -> None:
        """Ends the process, in the end by force; the data stays for another start."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(SERVICE_STOPS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def identity(self) -> dict[str, Any]:
        """Who runs it, as arguments of Popen."""
        return {}


class Postgres(Service):
    """Trusts every local connection as user `resee`. `options` are the server's own settings."""

    name = "postgres"

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options
        self._bin = "/usr/lib/postgresql/15/bin"

    def identity(self) -> dict[str, Any]:
        # PostgreSQL refuses to run as root; any other account will do.
        return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}

    def command(self) -> list[str]:
        data = self.folder / "data"
        if not data.exists():
            self._initialise(data)
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            **self.options,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [program("postgres", self._bin), "-D", str(data), *options]

    def _initialise(self, data: Path) -> None:
        self._own()
        subprocess.run(
            [program("initdb", self._bin), "-D", data, "-U", "resee", "--auth", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            **self.identity(),
        )

    def standby(self) -> "Postgres":
        """A server that follows this one, started; it can read only."""
        made = Postgres()
        made._own()
        copy = (program("pg_basebackup", self._bin), "-D", made.folder / "data", "-R", "-c", "fast")
        subprocess.run(
            [*copy, "-h", "127.0.0.1", "-p", str(self.port), "-U", "resee", "--no-sync"],
            check=True,
            capture_output=True,
            **self.identity(),
        )
        made.start()
        return made

    def promote(self) -> None:
        """A standby becomes a server that takes writes; returns once it does."""
        self.execute("SELECT pg_promote()")

    @contextmanager
    def frozen(self, but_new: bool = False) -> Iterator[None]:
        """A block in which no process of the server does anything, while its connections stay; with `but_new`
        only those that serve a connection, as where another server has taken over."""
        assert self.process is not None
        server = self.process.pid
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        # The server first: it would make new processes.
        processes = [server, *map(int, children)]
        if but_new:
            processes = [process for process in processes if _serves(process)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def _own(self) -> None:
        if os.geteuid() == 0:
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def execute(self, statement: str) -> None:
        """Runs a statement outside a transaction, on no test's database."""
        session = psycopg2.connect(self.url("postgres"))
        try:
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute(statement)
        finally:
            session.close()

    def url(self, database: str) -> str:
        return f"postgres://resee@127.0.0.1:{self.port}/{database}"


def _serves(process: int) -> bool:
    """Whether a process of PostgreSQL talks with a client, by its title; one of replication is none."""
    words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[0].split()
    return words[:2] == [b"postgres:", b"resee"]


class Redis(Service):
    """Keeps its data over a restart, as in a deployment. `options` are redis-server's own, without dashes."""

    name = "redis"

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = {name.replace("_", "-"): value for name, value in options.items()}

    def command(self) -> list[str]:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self.folder,
            "save": "",
            "appendonly": "yes",
            **self.options,
        }
        return [
            program("redis-server"),
            *(part for key, value in options.items() for part in (f"--{key}", str(value))),
        ]

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.ConnectionError:
            return False

    def client(self) -> redis.Redis:
        """A client of database 0."""
        return redis.Redis("127.0.0.1", self.port, password=self.options.get("requirepass"), **self.trust())

    def trust(self) -> dict[str, Any]:
        """How a client has to connect."""
        if self.options.get("port") != 0:
            return {}
        return {"ssl": True, "ssl_ca_certs": str(self.options["tls-ca-cert-file"])}

    def encrypt(self, made: Certificate) -> None:
        """Speak TLS, and nothing else, from the next start on."""
        self.options |= {
            "port": 0,
            "tls-port": self.port,
            "tls-cert-file": made.certificate,
            "tls-key-file": made.key,
            "tls-ca-cert-file": made.authority,
            "tls-auth-clients": "no",
            "tls-replication": "yes",
        }

    def kill(self) -> None:
        """As when its node dies."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """A block in which it does not answer and its connections stay."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def url(self, number: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{number}"
