"""A cluster's nodes as the engine's containers: which there are, started again, paused ones woken."""

from __future__ import annotations

from dataclasses import dataclass

from devcluster.engine.base import Engine

_LABEL = "io.x-k8s.kind.cluster"
_FORMAT = "{{.Names}} {{.State}}"


@dataclass(frozen=True)
class Node:
    """A node's name, which is its container's, and the container's state in Docker's words."""

    name: str
    state: str


def find(engine: Engine, cluster: str) -> list[Node]:
    """The cluster's nodes by name, running or not; the control plane comes first."""
    answer = engine.docker("ps", "--all", f"--filter=label={_LABEL}={cluster}", f"--format={_FORMAT}")
    nodes = [Node(*line.split()) for line in answer.stdout.splitlines()]
    return sorted(nodes, key=lambda node: node.name)


def wake(engine: Engine, nodes: list[Node]) -> list[str]:
    """Start and unpause what does not run; the names of the nodes that needed it."""
    asleep = [node for node in nodes if node.state != "running"]
    for node in asleep:
        engine.docker("unpause" if node.state == "paused" else "start", node.name)
    return [node.name for node in asleep]


def takes_images(engine: Engine, node: str) -> bool:
    """Whether a node's containerd answers."""
    return engine.docker("exec", node, "ctr", "version", check=False).returncode == 0


def execute(engine: Engine, node: str, *command: str, check: bool = True) -> str:
    """The output of a command that runs on a node."""
    return engine.docker("exec", node, *command, check=check).stdout
