"""What stands in for Slack: takes what an incoming webhook takes, refuses what one refuses, keeps the rest.

It runs in a test's own process, and in a cluster as `python3 slack.py PORT`, where each message is a line of
the log. So it needs nothing but Python.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Keep = Callable[["Message"], None]


@dataclass(frozen=True)
class Message:
    """One message: when it came (seconds since the epoch), its title and its text."""

    at: float
    title: str
    text: str

    def line(self) -> str:
        """The message as a line of a log."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> Message:
        """The message of such a line; ValueError where it is none."""
        return cls(**json.loads(line))


def messages_of(payload: dict[str, Any], at: float) -> list[Message]:
    """The messages of a webhook's payload: its own text, and its attachments."""
    parts = [payload, *payload.get("attachments", ())]
    found = [Message(at, str(part.get("title", "")), str(part.get("text", ""))) for part in parts]
    return [message for message in found if message.title or message.text]


def server(address: str, port: int, keep: Keep) -> ThreadingHTTPServer:
    """A server that hands each message on."""

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                found = messages_of(json.loads(body), time.time())
            except (ValueError, AttributeError, TypeError):
                return self._answer(400, "invalid_payload")
            if not found:
                return self._answer(400, "no_text")
            for message in found:
                keep(message)
            return self._answer(200, "ok")

        def _answer(self, status: int, word: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(word)))
            self.end_headers()
            self.wfile.write(word.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """The messages are the log."""

    return ThreadingHTTPServer((address, port), Webhook)


class Slack:
    """The stand-in in this process, on the loopback."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._server = server("127.0.0.1", 0, self.messages.append)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """The address of its webhook."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/services/T0/B0/x"

    def __enter__(self) -> Slack:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


if __name__ == "__main__":

    def tell(message: Message) -> None:
        """Write a message down at once."""
        sys.stdout.write(f"{message.line()}\n")
        sys.stdout.flush()

    server("", int(sys.argv[1]), tell).serve_forever()
