"""A load balancer in front of the nodes, as a cloud has one: what a node refuses goes to the next.

``python -m tests.zones.balancer FD HOST:PORT...``: it takes connections on a listening socket that it was
given, and makes its own where it runs, which is the network of the engine."""

from __future__ import annotations

import asyncio
import itertools
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from devcluster.engine import Engine
from devcluster.paths import ROOT

CONNECT = 0.5
"""Seconds in which a node has to take a connection."""
ROUNDS = 3
"""How often all nodes are tried."""


async def connect(
    targets: Iterator[tuple[str, str]], tries: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first node that takes it.

    Raises:
        OSError: none did.
    """
    for _ in range(tries):
        host, port = next(targets)
        try:
            return await asyncio.wait_for(asyncio.open_connection(host, int(port)), CONNECT)
        except (OSError, TimeoutError):
            continue
    raise OSError("no node takes the connection")


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except OSError:
        # The other direction ends with this connection.
        pass
    finally:
        target.close()


async def serve(listener: socket.socket, addresses: Sequence[str]) -> None:
    """Balance until the process ends."""
    targets = itertools.cycle([(host, port) for host, _, port in (one.rpartition(":") for one in addresses)])

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await connect(targets, ROUNDS * len(addresses))
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

    async with await asyncio.start_server(relay, sock=listener) as server:
        await server.serve_forever()


@contextmanager
def balanced(engine: Engine, addresses: Sequence[str]) -> Iterator[str]:
    """The URL of a balancer in front of these addresses of the engine's network, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        enter = ["nsenter", f"--net={engine.network}"] if engine.network else []
        command = [*enter, sys.executable, "-m", "tests.zones.balancer", str(listener.fileno()), *addresses]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], cwd=ROOT)
        try:
            yield f"http://localhost:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:]))
