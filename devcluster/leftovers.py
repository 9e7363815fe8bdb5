"""What an ended engine may leave in the kernel: mounts below its folders and its cgroups."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from devcluster import waits
from devcluster.images.command import run

_CGROUPS = Path("/sys/fs/cgroup")


def unmount_below(*folders: Path) -> None:
    """Unmount everything mounted below the folders, the deepest first."""
    points = [point for point in _mount_points() if any(point.is_relative_to(folder) for folder in folders)]
    for point in sorted(points, key=lambda point: len(point.parts), reverse=True):
        run(["umount", "--lazy", str(point)], remedy=f"Unmount {point} as root.")


def remove_cgroup(name: str) -> None:
    """End what still runs in the cgroup `name` of any hierarchy, and remove it with those below."""
    for root in _cgroup_roots(name):
        for process in (pid for file in root.rglob("cgroup.procs") for pid in file.read_text().split()):
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        waits.wait_for(
            lambda root=root: _removed(root),  # type: ignore[misc]
            waits.PROCESS_STOP,
            lambda root=root: f"The cgroup {root} is still in use.",  # type: ignore[misc]
            "End the processes in its cgroup.procs files.",
        )


def _removed(root: Path) -> bool:
    """Remove the cgroup from the leaves up; a cgroup folder goes by rmdir although it shows files."""
    for folder, _, _ in os.walk(root, topdown=False):
        with suppress(OSError):
            Path(folder).rmdir()
    return not root.exists()


def _cgroup_roots(name: str) -> list[Path]:
    """The cgroup's folder in cgroup v2 and in each hierarchy of v1."""
    return [folder for folder in (_CGROUPS / name, *_CGROUPS.glob(f"*/{name}")) if folder.is_dir()]


def _mount_points() -> list[Path]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [Path(line.split()[4].encode().decode("unicode_escape")) for line in lines]
