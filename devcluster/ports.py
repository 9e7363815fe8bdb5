"""TCP ports of 127.0.0.1: finding free ones, saying who is in the way."""

from __future__ import annotations

import random
import socket

from devcluster.errors import UsageError

LOOPBACK = "127.0.0.1"
CHOICE = range(20_000, 30_000)
"""Below the ports that Linux gives to connections and to servers that ask for any."""


def free_port() -> int:
    """A port that nobody has right now, on any address.

    The kernel would name one that it may give away again before the server has started that it is meant for.
    """
    for port in random.SystemRandom().sample(CHOICE, len(CHOICE)):
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port
    raise UsageError(
        f"All ports from {CHOICE.start} to {CHOICE.stop - 1} are taken.", "Stop the programs that hold them."
    )


def is_taken(port: int) -> bool:
    """Whether somebody listens on the port, or the kernel does not give it to us."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def require_free(port: int, option: str) -> None:
    """Raise UsageError when the port is taken; `option` is the flag that chooses another."""
    if is_taken(port):
        raise UsageError(
            f"Port {port} of {LOOPBACK} is taken by another program.",
            f"Stop that program or choose another port with {option}.",
        )
