"""TCP ports of 127.0.0.1: finding free ones, saying who is in the way."""

from __future__ import annotations

import socket

from devcluster.errors import UsageError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


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
