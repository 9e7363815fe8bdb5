"""A member's REST API on the loopback that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Member:
    """``answers`` maps "METHOD /path" to a status and a body; ``asked`` lists what came."""

    answers: dict[str, tuple[int, Any]]
    asked: list[tuple[str, Any]] = field(default_factory=list)
    logins: set[str | None] = field(default_factory=set)
    host: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        line = f"{request.command} {request.path}"
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.asked.append((line, json.loads(body) if body else None))
        self.logins.add(request.headers.get("Authorization"))
        status, content = self.answers[line]
        request.send_response(status)
        request.end_headers()
        request.wfile.write(json.dumps(content).encode())


@contextmanager
def serving(**answers: tuple[int, Any]) -> Iterator[Member]:
    """Serve until the block ends; ``answers`` by method and path with an underscore between, as
    GET_patroni."""
    member = Member({f"{name.replace('_', ' /', 1)}": answer for name, answer in answers.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            member.answer(self)

        do_PATCH = do_POST = do_GET  # noqa: N815 - http.server's names

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        member.host = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield member
        finally:
            server.shutdown()
            thread.join()
