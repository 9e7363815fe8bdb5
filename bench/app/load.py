"""A closed loop of HTTP requests over kept connections; runs in a Pod of its own, with the standard library.

Reads one JSON object from its input: host, port, connections, seconds, warm_up (seconds), and
requests: a list of {method, path, headers, body}, which the connections go through in turn. Prints one JSON
object: how many were answered, by status, in how many seconds, and the latencies in milliseconds.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any


def message(host: str, request: dict[str, Any]) -> bytes:
    """One request as it goes over the wire."""
    body = str(request.get("body", "")).encode()
    headers = {"Host": host, "Content-Length": str(len(body)), **request.get("headers", {})}
    lines = [f"{request['method']} {request['path']} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def answer(reader: asyncio.StreamReader) -> int:
    """Reads one answer to its end and returns its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    else:
        await _chunks(reader)
    return status


async def _chunks(reader: asyncio.StreamReader) -> None:
    size = -1
    while size:
        size = int(await reader.readline(), 16)
        await reader.readexactly(size + 2)


class Load:
    """All connections of one run."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.messages: Iterator[bytes] = itertools.cycle(
            [message(plan["host"], request) for request in plan["requests"]]
        )
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.answers = 0  # those of the warm-up too

    async def run(self) -> dict[str, Any]:
        """Warms up, measures, and says what was measured."""
        begin = time.perf_counter() + self.plan["warm_up"]
        end = begin + self.plan["seconds"]
        await asyncio.gather(*(self._connection(begin, end) for _ in range(self.plan["connections"])))
        return {
            "statuses": self.statuses,
            "answers": self.answers,
            "seconds": self.plan["seconds"],
            "latencies": [round(1000 * one, 3) for one in self.latencies],
        }

    async def _connection(self, begin: float, end: float) -> None:
        """Asks until the end; a connection that the server closes after an answer is opened again."""
        reader, writer = await asyncio.open_connection(self.plan["host"], self.plan["port"])
        while (start := time.perf_counter()) < end:
            try:
                writer.write(next(self.messages))
                status = await answer(reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                reader, writer = await asyncio.open_connection(self.plan["host"], self.plan["port"])
                continue
            now = time.perf_counter()
            self.answers += 1
            if begin <= start and now <= end:
                self.statuses[status] += 1
                self.latencies.append(now - start)
        writer.close()


if __name__ == "__main__":
    json.dump(asyncio.run(Load(json.load(sys.stdin)).run()), sys.stdout)
