"""A real Redis of a test's own: on the loopback, with a password and an append-only file."""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import redis

from tests.support.process import LocalProcess, require_program


class RedisServer(LocalProcess):
    """One redis-server.

    Args:
        directory: an empty folder for the append-only file.
        arguments: more options of redis-server, as on its command line.
    """

    name = "redis-server"

    def __init__(self, directory: Path, *arguments: str) -> None:
        super().__init__(directory)
        self.password = secrets.token_urlsafe(18)
        self.arguments = arguments

    def command(self) -> list[str]:
        options = [
            "--bind", "127.0.0.1",
            "--port", str(self.port),
            "--dir", str(self.directory),
            "--requirepass", self.password,
            "--appendonly", "yes",
            "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        return [str(require_program("redis-server", "redis-server")), *options, *self.arguments]

    def answers(self) -> bool:
        with closing(self.client()) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    def url(self, database: int = 0) -> str:
        """The REDIS_URL of one numbered database."""
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def client(self, database: int = 0) -> redis.Redis:
        """A client; the caller closes it."""
        return redis.Redis(port=self.port, password=self.password, db=database, socket_timeout=3)
