"""Which engine to use: the private one where this checkout has it already, else Docker where it answers."""

from __future__ import annotations

import os

from devcluster.engine.base import Engine
from devcluster.engine.docker import DockerEngine
from devcluster.engine.private import PrivateEngine
from devcluster.errors import UsageError

VARIABLE = "RESEE_ENGINE"


def select() -> Engine:
    """The engine for this checkout; RESEE_ENGINE=docker or private decides instead of the machine.

    A private engine that holds clusters stays in use when Docker is installed later: they live there.
    """
    docker, private = DockerEngine(), PrivateEngine()
    chosen = os.environ.get(VARIABLE, "")
    by_name: dict[str, Engine] = {docker.name: docker, private.name: private}
    if chosen:
        if chosen not in by_name:
            raise UsageError(f"{VARIABLE} is {chosen!r}.", f"Set it to {' or '.join(by_name)}, or unset it.")
        return by_name[chosen]
    if private.exists or not docker.running():
        return private
    return docker
