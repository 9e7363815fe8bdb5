"""What the machine must have before a private engine starts there: root, disk, a few tools."""

from __future__ import annotations

import os
import platform
import shutil
from contextlib import suppress
from pathlib import Path

from devcluster import cache, paths
from devcluster.errors import UsageError
from devcluster.images.command import run

_ENGINE_TOOLS = {
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
    "ip": "iproute2",
    "mount": "mount",
    "nsenter": "util-linux",
}
_GIB = 1024**3
_INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
# Counted on running nodes: kubelet 7, systemd 3, dbus, containerd, kube-proxy and metrics-server 1 each; on
# the control plane kube-controller-manager 7 and kube-apiserver 6 more.
INOTIFY_NODE = 14
INOTIFY_CONTROL_PLANE = 13
_WAITING = "--option=DPkg::Lock::Timeout=300"  # seconds, for whoever else installs something just then
DISK_NEEDED = 8 * _GIB  # measured: 3.5 GiB for one cluster's images and data, 3 GiB for the caches


def architecture() -> str:
    """The processor's name as Go and Docker spell it; raises UsageError for others than these two."""
    known = {"x86_64": "amd64", "aarch64": "arm64"}
    machine = platform.machine()
    if machine not in known:
        raise UsageError(f"The processor {machine} is not supported.", "Use an x86_64 or aarch64 machine.")
    return known[machine]


def require_private_engine(folder: Path) -> None:
    """Raise UsageError with the first thing that a private engine in `folder` lacks on this machine."""
    if os.geteuid() != 0:
        raise UsageError(
            "No Docker engine answers, and bringing a private one needs root.",
            "Start Docker (so that `docker info` answers), or run the command as root.",
        )
    for tool, package in _ENGINE_TOOLS.items():
        if not shutil.which(tool):
            raise UsageError(f"The tool {tool} is missing.", f"Install it: apt-get install {package}.")
    require_disk(folder, DISK_NEEDED)


def require_disk(folder: Path, needed: int) -> None:
    """Raise UsageError when the file system of `folder` has less than `needed` bytes left."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise UsageError(
            f"{existing} has {free / _GIB:.1f} GiB left and a cluster needs {needed / _GIB:.0f} GiB.",
            "Free some space, or set RESEE_STATE_DIR and RESEE_CACHE_DIR to folders on a larger disk.",
        )


def require_inotify(nodes: int) -> None:
    """Raise UsageError when the kernel has too few inotify instances left for a cluster of so many nodes.

    kubelet and kube-proxy end at once without one, and a node then never becomes Ready.
    """
    needed = INOTIFY_CONTROL_PLANE + nodes * INOTIFY_NODE
    limit = int(_INOTIFY_LIMIT.read_text())
    used = _inotify_instances()
    if limit - used < needed:
        raise UsageError(
            f"{nodes} node(s) need {needed} inotify instances; {used} of this machine's {limit} are in use.",
            f"Allow more: sysctl -w fs.inotify.max_user_instances={max(1024, 2 * limit)}.",
        )


def _inotify_instances() -> int:
    """How many inotify instances root's processes hold; a process that ends meanwhile holds none."""
    held = 0
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            if folder.stat().st_uid == 0:
                held += sum(_is_inotify(handle) for handle in folder.iterdir())
    return held


def _is_inotify(handle: Path) -> bool:
    try:
        return str(handle.readlink()) == "anon_inode:inotify"
    except OSError:
        return False


def require_mmdebstrap() -> None:
    """Install mmdebstrap where it is missing: the one package that devcluster adds to a machine.

    Several images ask for it at once, and apt-get ends at once where another one holds its lists.
    """
    with cache.locked(paths.cache_dir() / "apt" / "machine.lock"):
        if shutil.which("mmdebstrap"):
            return
        remedy = "Install it: apt-get install mmdebstrap."
        run(["apt-get", _WAITING, "update"], remedy=remedy)
        run(["apt-get", _WAITING, "install", "--yes", "--no-install-recommends", "mmdebstrap"], remedy=remedy)
