"""Calls of the kind program for one engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from devcluster import binaries
from devcluster.cluster.record import Record
from devcluster.engine.base import Engine
from devcluster.images.command import run
from devcluster.nodeimage import node
from devcluster.progress import Progress

# The default of kind 0.33.0; its digest keeps the same node on every machine.
PUBLISHED_IMAGE = (
    "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5"
)
# What this machine runs itself, the chart's installer among it.
_PROGRAMS = ("forward", "helm", "kind")
_REMEDY = "Run `python -m devcluster down` and `up` again; `python -m devcluster docker ps` shows the engine."


def node_image(engine: Engine, progress: Progress) -> str:
    """The image of the nodes: kind's own where it can be pulled, else the one made here."""
    return node.ensure(engine, progress, _PROGRAMS) if engine.private else PUBLISHED_IMAGE


def create(engine: Engine, record: Record, config: Mapping[str, object], image: str) -> None:
    """Make the cluster; raises ClusterError with kind's last words. Its success is not believed here."""
    file = record.folder / "kind-config.json"
    file.write_text(json.dumps(config, indent=2) + "\n")
    _kind(
        engine,
        *("create", "cluster", f"--name={record.name}", f"--config={file}", f"--image={image}"),
        f"--kubeconfig={record.folder / 'kubeconfig'}",
    )


def delete(engine: Engine, name: str, kubeconfig: Path) -> None:
    """Remove the cluster's nodes with their volumes; nothing to remove is no error."""
    _kind(engine, "delete", "cluster", f"--name={name}", f"--kubeconfig={kubeconfig}")


def export_logs(engine: Engine, name: str, folder: Path) -> None:
    """Write the nodes' and containers' logs into the folder."""
    _kind(engine, "export", "logs", str(folder), f"--name={name}")


def _kind(engine: Engine, *arguments: str) -> str:
    program = str(binaries.ensure("kind"))
    return run([program, *arguments], environment=engine.variables(), remedy=_REMEDY)
