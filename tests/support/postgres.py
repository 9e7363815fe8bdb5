"""A real PostgreSQL 15 of a test's own: on the loopback, below a folder of the test, never as root."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from tests.support.process import LocalProcess, require_program

MAJOR = 15
BIN = Path(f"/usr/lib/postgresql/{MAJOR}/bin")
PACKAGE = f"postgresql-{MAJOR}"

# Durability is bought with fsync; a test's data dies with the test.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


class PostgresServer(LocalProcess):
    """A cluster made by initdb with a password for its superuser.

    Args:
        directory: an empty folder; PGDATA is made below it.
        user: the superuser's name.
        settings: postgresql.conf parameters beside the ones of `FAST`.
    """

    name = "postgres"
    refuses_root = True

    def __init__(self, directory: Path, user: str = "resee", settings: dict[str, str] | None = None) -> None:
        super().__init__(directory)
        self.user = user
        self.password = secrets.token_urlsafe(18)
        self.data = directory / "data"
        self.settings = FAST | (settings or {})

    def command(self) -> list[str]:
        options = {
            **self.settings,
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        flags = [f"--{name}={value}" for name, value in options.items()]
        return [str(require_program("postgres", PACKAGE, BIN)), "-D", str(self.data), *flags]

    def answers(self) -> bool:
        try:
            with closing(self.connect("postgres")):
                return True
        except psycopg2.OperationalError:
            return False

    def start(self) -> PostgresServer:
        if not self.data.exists():
            self._initdb()
        super().start()
        return self

    def _initdb(self) -> None:
        initdb = require_program("initdb", PACKAGE, BIN)
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        os.chown(password_file, self.uid, self.gid)
        subprocess.run(
            [
                *(initdb, "-D", self.data, "-U", self.user, "-A", "scram-sha-256"),
                *("--pwfile", password_file, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=self.directory,
            user=self.uid,
            group=self.gid,
        )
        password_file.unlink()

    def standby(self, directory: Path) -> PostgresServer:
        """A server that follows this one, not yet started, with the same users; it takes no writes."""
        made = PostgresServer(directory, self.user, self.settings)
        made.password = self.password
        address = self.url("postgres").replace("postgres://", "postgresql://")
        subprocess.run(
            [
                *(require_program("pg_basebackup", PACKAGE, BIN), "-D", made.data, "-d", address),
                *("--checkpoint=fast", "--no-sync", "--write-recovery-conf"),
            ],
            check=True,
            capture_output=True,
            cwd=directory,
            user=self.uid,
            group=self.gid,
        )
        return made

    def promote(self) -> None:
        """Let a standby take writes; returns once it does."""
        self.execute("SELECT pg_promote()")

    def url(self, database: str = "postgres", user: str | None = None, password: str | None = None) -> str:
        """The DATABASE_URL of one database."""
        name, word = quote(user or self.user, safe=""), quote(password or self.password, safe="")
        return f"postgres://{name}:{word}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def connect(self, database: str = "postgres") -> connection:
        """An autocommit connection as the superuser; the caller closes it."""
        opened = psycopg2.connect(self.url(database), connect_timeout=3)
        opened.autocommit = True
        return opened

    def execute(
        self, statement: str | sql.Composable, *values: Any, database: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows, none for a command."""
        with closing(self.connect(database)) as opened, opened.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def databases(self) -> set[str]:
        """Names of the databases, templates left out."""
        return {row[0] for row in self.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")}

    @contextmanager
    def database(self, prefix: str = "test") -> Iterator[str]:
        """A database of its own for one test; yields its name and drops it afterwards."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        self.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
