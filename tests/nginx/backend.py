"""A stub of the backend: answers each request with what it was sent, and counts connections and requests."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.wait import Budget


class StubBackend:
    """An HTTP/1.1 server on one address of the loopback.

    Args:
        host: which loopback address, so that two can share a port.
        port: 0 takes a free one.
        name: said in every answer, to tell two of them apart.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, name: str = "stub") -> None:
        self.name = name
        self.connections = 0
        self.requests = 0
        self._counting = threading.Lock()
        # A slow answer is held until a test lets it go.
        self.release = threading.Event()
        self.received = threading.Event()
        self._server = _Server((host, port), self)
        self.host, self.port = host, self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def count(self) -> None:
        """One more request has arrived."""
        with self._counting:
            self.requests += 1

    def __enter__(self) -> StubBackend:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Ends with its open connections: a kept one must not answer for a server that is gone."""

    block_on_close = False

    def __init__(self, address: tuple[str, int], stub: StubBackend) -> None:
        self.stub = stub
        self._open: set[Any] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.stub.connections += 1
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for request in list(self._open):
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection cut by the test is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Answers go out in one packet: Nagle's algorithm would add 40 ms to each.
    wbufsize = -1
    server: _Server

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(size)
        stub = self.server.stub
        stub.count()
        if self.path.startswith("/api/slow/"):
            stub.received.set()
            stub.release.wait(Budget.PROCESS.seconds)
        status = 503 if self.path.startswith("/api/health/ready/") else 200
        body = json.dumps(
            {
                "backend": stub.name,
                "method": self.command,
                "path": self.path,
                "size": size,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "padding": "x" * 2000,
            }
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        # Django sends these as well; one answer may hold each only once.
        self.send_header("X-Frame-Options", "SAMEORIGIN")
        self.send_header("X-Request-ID", "from-the-backend")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """The tests read nginx's log, not this one's."""
