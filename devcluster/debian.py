"""Debian's packages without installing them: unpacked into the cache, or made into a root file system.

Nothing of the host's package state is read or changed: apt gets lists, cache and status of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from devcluster import cache, host, paths
from devcluster.images.command import run

SUITE = "bookworm"
_REMEDY = "Check that apt-get reaches Debian's archive, or start a Docker engine for devcluster to use."
_UNPACKED_NEVER = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")


def unpacked(name: str, packages: Sequence[str]) -> Path:
    """A folder of the cache with the files of the packages, without what they depend on.

    Raises UsageError where apt is missing, ClusterError where Debian's archive cannot be reached.
    """

    def make(folder: Path) -> None:
        downloads = folder.with_name("debs")
        downloads.mkdir()
        options = _apt_options()
        run(["apt-get", *options, "download", *packages], cwd=downloads, remedy=_REMEDY)
        for package in sorted(downloads.glob("*.deb")):
            run(["dpkg-deb", "--extract", str(package), str(folder)], remedy=_REMEDY)
        shutil.rmtree(downloads)

    return cache.made(f"debian/{name}-{cache.key(SUITE, *packages)}", make)


def root_archive(name: str, packages: Sequence[str]) -> Path:
    """A tar file of the cache: Debian's smallest system with the packages and what they depend on.

    Needs root. Raises UsageError where mmdebstrap is missing and cannot be had.
    """
    arguments = [
        "--mode=root",
        "--variant=minbase",
        "--skip=check/empty",
        f"--include={','.join(packages)}",
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *(f"--dpkgopt=path-exclude={path}" for path in _UNPACKED_NEVER),
        SUITE,
    ]

    def make(archive: Path) -> None:
        host.require_mmdebstrap()
        run(["mmdebstrap", "--quiet", *arguments, str(archive)], remedy=_REMEDY)

    return cache.made(f"debian/{name}-{cache.key(*arguments)}.tar", make)


def _apt_options() -> list[str]:
    """apt's options that keep it inside the cache, with fresh lists of this machine's sources."""
    base = paths.cache_dir() / "apt"
    for folder in (base / "state/lists/partial", base / "cache/archives/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    status = base / "status"
    status.touch()
    places = {"Dir::State": base / "state", "Dir::Cache": base / "cache", "Dir::State::Status": status}
    options = [f"--option={name}={path}" for name, path in places.items()]
    # Root would otherwise hand the download to apt's own user, who may not read the user's cache.
    options.append("--option=APT::Sandbox::User=root")
    with cache.locked(base / "lock"):
        run(["apt-get", *options, "update"], remedy=_REMEDY)
    return options
