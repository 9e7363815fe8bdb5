"""What the commands do: they choose the engine and the cluster and leave nothing half done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from devcluster import apiserver, binaries, paths
from devcluster.apiserver import ApiServer
from devcluster.cluster import kind, nodes
from devcluster.cluster.lifecycle import Cluster, describe
from devcluster.cluster.record import Record
from devcluster.engine import Engine, select
from devcluster.errors import UsageError
from devcluster.progress import Progress

PLUGIN = paths.ROOT / "operator" / "bin" / "kubectl-resee"
"""`kubectl resee` of this checkout."""


def up(
    name: str, count: int | None, http_port: int | None, s3_port: int | None, progress: Progress
) -> Cluster:
    """Bring a cluster up and return it; where it fails, an engine without clusters goes again."""
    cluster = Cluster(select(), describe(name, count, http_port, s3_port))
    try:
        cluster.up(progress)
    except BaseException:
        _stop_idle(cluster.engine)
        raise
    return cluster


def up_api_only(name: str, progress: Progress) -> ApiServer:
    """Bring etcd, an API server and a controller manager up as plain processes."""
    if Record.read(name) is not None:
        raise UsageError(
            f"{name} is a cluster with nodes.", "Choose another --name, or remove it first with `down`."
        )
    server = ApiServer(paths.cluster_dir(name), controllers=True, detached=True, progress=progress)
    with progress.step("Starting the API server"):
        server.start()
    return server


def down(name: str, progress: Progress) -> None:
    """Remove a cluster; the last one ends a private engine. Nothing to remove is no error."""
    record = Record.read(name)
    engine = select()
    with progress.step(f"Removing {name}"):
        if record is not None:
            Cluster(engine, record).down()
        elif paths.cluster_dir(name).exists():
            apiserver.remove(paths.cluster_dir(name))
    _stop_idle(engine)


def down_all(progress: Progress, *, purge: bool = False) -> None:
    """Remove every cluster of this checkout and end its private engine; with `purge`, its images go too."""
    engine = select()
    for record in Record.read_all():
        with progress.step(f"Removing {record.name}"):
            Cluster(engine, record).down()
    for folder in sorted(file.parent for file in paths.state_dir().glob("*/ports.json")):
        with progress.step(f"Removing {folder.name}"):
            apiserver.remove(folder)
    with progress.step("Stopping the engine"):
        engine.stop(purge=purge)


def existing(name: str) -> Cluster:
    """The cluster of that name; raises UsageError where there is none."""
    record = Record.read(name)
    if record is None:
        known = ", ".join(record.name for record in Record.read_all()) or "none"
        raise UsageError(
            f"There is no cluster {name} (there are: {known}).",
            f"Start it with `python -m devcluster up --name {name}`.",
        )
    engine = select()
    engine.ensure_running()
    return Cluster(engine, record)


def export_logs(name: str, folder: Path | None) -> Path:
    """Write the logs of a cluster's nodes and containers, and devcluster's own, and return the folder."""
    cluster = existing(name)
    target = folder or cluster.record.folder / "logs"
    kind.export_logs(cluster.engine, name, target)
    for log in (*cluster.record.folder.glob("*.log"), *(paths.state_dir() / "engine").glob("*.log")):
        shutil.copy(log, target)
    return target


def environment(name: str) -> dict[str, str]:
    """KUBECONFIG, kubectl's cache, and a PATH that begins with a folder holding kubectl, its plugin for
    Resee, and helm."""
    folder = paths.cluster_dir(name)
    tools = folder / "bin"
    tools.mkdir(parents=True, exist_ok=True)
    programs = binaries.ensure_all(["kubectl", "helm"])
    for tool, program in {**programs, PLUGIN.name: PLUGIN}.items():
        link = tools / tool
        link.unlink(missing_ok=True)
        link.symlink_to(program)
    return {
        "KUBECONFIG": str(folder / "kubeconfig"),
        paths.KUBECTL_CACHE: str(paths.kubectl_cache()),
        "PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}",
    }


def status() -> list[str]:
    """Lines for people: the engine, then each cluster with its nodes and addresses."""
    engine = select()
    running = engine.running()
    lines = [f"engine   {engine.name}, {'running' if running else 'not running'}"]
    for record in Record.read_all():
        found = nodes.find(engine, record.name) if running else []
        states = ", ".join(f"{node.name} {node.state}" for node in found) or "no nodes"
        lines += [
            f"cluster  {record.name}: {states}",
            f"         http://127.0.0.1:{record.http_port}  S3 http://127.0.0.1:{record.s3_port}",
            f"         KUBECONFIG={record.folder / 'kubeconfig'}",
        ]
    return lines


def _stop_idle(engine: Engine) -> None:
    if not any(Record.read_all()):
        engine.stop()
