"""Images put into a node's containerd before there is a node, so that no node has to import them.

A containerd of the same version runs here for some seconds on a folder that becomes the node's
/var/lib/containerd. The unpacked files themselves lie outside it, behind symbolic links: /var is a volume,
and the engine copies into it what the image has there, which would be half a gigabyte for every new node.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from devcluster import waits
from devcluster.images.command import run
from devcluster.nodeimage.archive import Layer
from devcluster.process import Process

_NAMESPACE = "k8s.io"
_SNAPSHOTS = "var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"
# Read only by containers, so the image's own file system is good enough for them.
_UNPACKED = "kind/snapshots"
_REMEDY = "Run the command again; it starts from the last good step."


def preload(archive: Path, work: Path, environment: Mapping[str, str]) -> Path:
    """Return a folder with var/lib/containerd holding the archive's images, unpacked.

    `environment` has containerd and ctr in its PATH. Needs root.
    """
    root = work / "preload"
    store = root / "var/lib/containerd"
    store.mkdir(parents=True)
    # A socket's name may have 108 bytes, fewer than a cache folder's path may have.
    with tempfile.TemporaryDirectory(prefix="devcluster-") as short:
        server = _containerd(store, Path(short), work, environment)
        server.start()
        try:
            _import(server, f"{short}/c.sock", archive, environment)
        finally:
            server.stop()
    _move_out(root)
    return root


def layer(root: Path) -> Layer:
    """Return the layer with all of a preloaded folder, its owners and modes kept."""
    file = root.with_suffix(".tar")
    options = ("--numeric-owner", "--xattrs", "--create", "--file", str(file))
    run(["tar", "--directory", str(root), *options, "."], remedy=_REMEDY)
    return Layer(file)


def find(root: Path, name: str) -> str:
    """Return where a node has a file of some preloaded image, such as "/kind/snapshots/3/usr/bin/kube"."""
    (found,) = (root / _UNPACKED).glob(f"*/{name}")
    return f"/{found.relative_to(root)}"


def _move_out(root: Path) -> None:
    """Move what the snapshots hold out of /var and leave links to it."""
    unpacked = root / _UNPACKED
    unpacked.mkdir(parents=True)
    for snapshot in (root / _SNAPSHOTS).iterdir():
        files = snapshot / "fs"
        files.rename(unpacked / snapshot.name)
        files.symlink_to(f"/{_UNPACKED}/{snapshot.name}")


def _containerd(store: Path, short: Path, work: Path, environment: Mapping[str, str]) -> Process:
    config = short / "config.toml"
    config.write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
    argv: list[str | Path] = [
        "containerd",
        "--config",
        config,
        "--root",
        store,
        "--state",
        short / "state",
        "--address",
        short / "c.sock",
    ]
    return Process("containerd", argv, work, env=environment)


def _import(server: Process, socket: str, archive: Path, environment: Mapping[str, str]) -> None:
    def ctr(*arguments: str) -> str:
        command = ["ctr", "--address", socket, "--namespace", _NAMESPACE, *arguments]
        return run(command, environment=environment, remedy=_REMEDY)

    def answers() -> bool:
        server.ensure_running()
        probe = ["ctr", "--address", socket, "version"]
        return subprocess.run(probe, env=environment, capture_output=True, check=False).returncode == 0

    waits.wait_for(
        answers, waits.PROCESS_START, lambda: f"containerd does not answer:\n{server.tail()}", _REMEDY
    )
    ctr("images", "import", str(archive))
    # Unpacked layers are not needed a second time; this halves what each node starts with.
    ctr("content", "prune", "references")
