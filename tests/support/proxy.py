"""A network that fails on command: a TCP relay that holds or cuts, one whose server changes, and an HTTP one
that refuses.

Each stands between a client under test and a real server; nothing of either is replaced.
"""

from __future__ import annotations

import http.client
import select
import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

CHUNK = 64 * 1024
LONGEST_HOLD = 120.0  # seconds; a test that forgets to release does not hang for ever


class Fault(Enum):
    """What happens to a connection or a request."""

    HOLD = "hold"  # open, silent
    CUT = "cut"  # reset


class _Relay:
    """What both relays share: a listening server in a thread, and the release of what is held."""

    def __init__(self) -> None:
        self.hit = threading.Event()
        self.released = threading.Event()
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Where clients connect."""
        port: int = self._server.server_address[1]
        return port

    def _serve(self, server: Any) -> None:
        server.daemon_threads = True
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def release(self) -> None:
        """Let go of everything that is held: it is cut."""
        self.released.set()

    def wait_for_hit(self, seconds: float = 60.0) -> None:
        """Wait until the fault has struck."""
        assert self.hit.wait(seconds), "nothing came far enough to meet the fault"

    def __enter__(self) -> Self:
        assert self._thread is not None
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()


class TcpProxy(_Relay):
    """Relays connections; each one that carried more than `after` bytes meets the fault.

    Args:
        target: port on the loopback.
        fault: what happens then.
        after: bytes of one connection, in one direction.
        sent: count what the client sends, not what it receives.
    """

    def __init__(self, target: int, fault: Fault, after: int = 0, *, sent: bool = False) -> None:
        super().__init__()
        self._fault = fault
        self._after = after
        self._sent = sent
        relay = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                with closing(socket.create_connection(("127.0.0.1", target))) as server:
                    relay._pump(self.request, server)

        self._serve(ThreadingTCPServer(("127.0.0.1", 0), Handler))

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        counted = client if self._sent else server
        carried = 0
        with suppress(OSError):
            while True:
                ready, _, _ = select.select([client, server], [], [], 1)
                for source in ready:
                    data = source.recv(CHUNK)
                    if not data:
                        return
                    carried += len(data) if source is counted else 0
                    if carried > self._after:
                        self._strike(client)
                        return
                    (client if source is server else server).sendall(data)

    def _strike(self, client: socket.socket) -> None:
        self.hit.set()
        if self._fault is Fault.HOLD:
            self.released.wait(LONGEST_HOLD)
        _reset(client)


class Switch(_Relay):
    """Relays connections to the server of the moment, as a Service does. Those that are there stay.

    Args:
        target: port on the loopback; what it is set to counts for new connections.
    """

    def __init__(self, target: int) -> None:
        super().__init__()
        self.target = target
        relay = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                with (
                    suppress(OSError),
                    closing(socket.create_connection(("127.0.0.1", relay.target))) as server,
                ):
                    _copy(self.request, server)

        self._serve(ThreadingTCPServer(("127.0.0.1", 0), Handler))


def _copy(one: socket.socket, other: socket.socket) -> None:
    """Carry data both ways until one side closes."""
    while True:
        ready, _, _ = select.select([one, other], [], [], 1)
        for source in ready:
            data = source.recv(CHUNK)
            if not data:
                return
            (one if source is other else other).sendall(data)


@dataclass(frozen=True)
class Rule:
    """Requests that `matches` are answered by the fault instead of by the server.

    Args:
        matches: method and path with query.
        fault: a fault of the network, or an HTTP status with the code of S3's error document.
        times: how often; afterwards the server answers.
    """

    matches: Callable[[str, str], bool]
    fault: Fault | tuple[int, str]
    times: int = 1_000_000
    seen: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Request:
    """One request that a client made; header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]


class HttpProxy(_Relay):
    """Relays HTTP requests, headers and host untouched, so that signatures stay valid.

    Args:
        target: port on the loopback.
        rules: the first that matches decides.
    """

    def __init__(self, target: int, *rules: Rule) -> None:
        super().__init__()
        self.requests: list[Request] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are not printed."""

            def relay(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                relay.requests.append(Request(self.command, self.path, headers))
                rule = next((r for r in rules if r.matches(self.command, self.path)), None)
                if rule is not None and len(rule.seen) < rule.times:
                    rule.seen.append(self.path)
                    relay._refuse(self, rule.fault)
                else:
                    _forward(self, target)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = relay  # noqa: N815 - the library's names

        self._serve(ThreadingHTTPServer(("127.0.0.1", 0), Handler))

    @property
    def url(self) -> str:
        """The endpoint that clients are given."""
        return f"http://127.0.0.1:{self.port}"

    def _refuse(self, request: BaseHTTPRequestHandler, fault: Fault | tuple[int, str]) -> None:
        self.hit.set()
        if isinstance(fault, Fault):
            if fault is Fault.HOLD:
                self.released.wait(LONGEST_HOLD)
            _reset(request.connection)
            request.close_connection = True
            return
        request.rfile.read(int(request.headers.get("Content-Length", 0)))
        status, code = fault
        body = f"<Error><Code>{code}</Code><Message>refused by the test</Message></Error>".encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/xml")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def _forward(request: BaseHTTPRequestHandler, target: int) -> None:
    body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
    with closing(http.client.HTTPConnection("127.0.0.1", target)) as server:
        server.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name.lower() != "expect":
                server.putheader(name, value)
        server.endheaders(body)
        answer = server.getresponse()
        content = answer.read()
    request.send_response_only(answer.status)
    for name, value in answer.getheaders():
        if name.lower() not in ("transfer-encoding", "connection"):
            request.send_header(name, value)
    if answer.getheader("Content-Length") is None:
        request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    with suppress(OSError):
        request.wfile.write(content)


def _reset(connection: socket.socket) -> None:
    """Close with RST: to the peer it looks like a machine that went away."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()
