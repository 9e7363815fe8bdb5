"""The process that brings a cluster's ports from the private engine's network to the host's 127.0.0.1."""

from __future__ import annotations

from pathlib import Path

from devcluster import binaries
from devcluster.cluster.record import Record
from devcluster.engine.base import Engine
from devcluster.ports import LOOPBACK
from devcluster.process import Process


def for_cluster(engine: Engine, record: Record) -> Process | None:
    """The forwarder's process, None on an engine whose ports are the host's already."""
    if engine.network is None:
        return None
    addresses = [f"{LOOPBACK}:{port}" for port in record.ports]
    rules = [f"{address}={address}" for address in addresses]
    argv: list[str | Path] = [binaries.ensure("forward"), engine.network, *rules]
    return Process("forward", argv, record.folder, detached=True)
