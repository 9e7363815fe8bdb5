"""PgBouncer between the application and a test's server; a relay in the place of the primary's Service."""

import os
import select
import socket
import threading
from contextlib import closing, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import psycopg2

from testing.services import Service, program


class Relay:
    """Leads new connections to the server of the moment; those that are there stay where they are."""

    def __init__(self, target: int) -> None:
        self.target = target
        relay = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError), closing(socket.create_connection(("127.0.0.1", relay.target))) as out:
                    _carry(self.request, out)

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Both ways, until one side closes."""
    while True:
        for source in select.select([one, other], [], [])[0]:
            data = source.recv(65536)
            if not data:
                return
            (one if source is other else other).sendall(data)


class PgBouncer(Service):
    """In mode transaction, as the operator sets it up; without passwords. `server` is a port."""

    name = "pgbouncer"

    def __init__(self, server: int) -> None:
        super().__init__()
        self.server = server

    def identity(self) -> dict[str, Any]:
        # It refuses to run as root, too.
        return {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}

    def command(self) -> list[str]:
        self.folder.chmod(0o755)
        (self.folder / "users").write_text('"resee" ""\n')
        standby = "SELECT pg_terminate_backend(pg_backend_pid()) WHERE pg_is_in_recovery()"
        lines = (
            "[databases]",
            f"* = host=127.0.0.1 port={self.server} connect_query='{standby}'",
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            f"listen_port = {self.port}",
            "unix_socket_dir =",
            "auth_type = trust",
            f"auth_file = {self.folder}/users",
            "pool_mode = transaction",
            "min_pool_size = 1",
            "server_login_retry = 0.5",
            "server_connect_timeout = 3",
            "query_wait_timeout = 10",
        )
        config = self.folder / "pgbouncer.ini"
        config.write_text("\n".join(lines) + "\n")
        return [program("pgbouncer", "/usr/sbin"), str(config)]

    def answers(self) -> bool:
        try:
            address = f"postgres://resee@127.0.0.1:{self.port}/postgres"
            psycopg2.connect(address, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True
