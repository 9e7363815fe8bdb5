"""A Docker engine of this checkout's own, from Debian's packages, for machines where none runs.

It has a network namespace, data root, socket and cgroup of its own, so that the host's network and any other
engine stay as they are. Its containers go through our runtime front (devcluster/go/cmd/runtime), since runc
refuses privileged containers where a capability is outside the bounding set.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from devcluster import binaries, debian, host, leftovers, paths, waits
from devcluster.engine import layers
from devcluster.engine.base import Engine
from devcluster.engine.netns import NetworkNamespace
from devcluster.process import Process
from devcluster.progress import Progress

# docker.io with the programs and libraries that it needs and a small Debian lacks.
PACKAGES = (
    "containerd",
    "docker.io",
    "iptables",
    "libdevmapper1.02.1",
    "libip4tc2",
    "libip6tc2",
    "libmnl0",
    "libnetfilter-conntrack3",
    "libnfnetlink0",
    "libnftnl11",
    "libxtables12",
    "runc",
    "tini",
)
_IPTABLES = (
    "iptables",
    "iptables-save",
    "iptables-restore",
    "ip6tables",
    "ip6tables-save",
    "ip6tables-restore",
)
_RUNTIME = "devcluster"
_DOCKERD = "dockerd"


class PrivateEngine(Engine):
    """dockerd in a namespace named after the state folder; `stop` leaves nothing of it but files.

    Its images stay for the next start, which would spend most of its time on making them anew.
    """

    name = "private"
    private = True

    def __init__(self) -> None:
        identity = f"resee-{paths.state_id()}"
        self.folder = paths.state_dir() / "engine"
        self.data = self.folder / "data"
        # The engine mounts its data root upon itself, and no hard link leads out of a mount.
        self.layers: Path = self.data / "layers"
        # Sockets have names of at most 108 bytes, which a checkout's path may exceed.
        self.runtime_folder = Path("/run") / identity
        self.cgroup = identity
        self.namespace = NetworkNamespace(identity)
        self.network = self.namespace.file
        self.socket = self.runtime_folder / "docker.sock"

    @property
    def exists(self) -> bool:
        """Whether this checkout has started an engine and not stopped it again; also one that has died."""
        return (self.folder / f"{_DOCKERD}.pid").exists()

    @property
    def dockerd(self) -> Process:
        """The engine's main process."""
        argv: list[str | Path] = [
            "nsenter",
            f"--net={self.namespace.file}",
            _files() / "usr/sbin/dockerd",
            *self._flags(),
        ]
        return Process(_DOCKERD, argv, self.folder, env=self.environment(), detached=True)

    def environment(self) -> Mapping[str, str]:
        files = _files()
        libraries = sorted({str(file.parent) for file in files.rglob("lib*.so.*")})
        return {
            "DOCKER_HOST": f"unix://{self.socket}",
            "DOCKER_BUILDKIT": "0",
            "DEVCLUSTER_RUNC": str(files / "usr/sbin/runc"),
            "LD_LIBRARY_PATH": ":".join(libraries),
            "PATH": f"{files / 'usr/sbin'}:{files / 'usr/bin'}:{os.environ.get('PATH', os.defpath)}",
            "XTABLES_LIBDIR": str(next(files.rglob("xtables"))),
        }

    def running(self) -> bool:
        return self.exists and self.socket.exists() and self.docker("version", check=False).returncode == 0

    def ensure_running(self, progress: Progress | None = None) -> None:
        if self.running():
            return
        host.require_private_engine(self.folder)
        with (progress or Progress.silent()).step("Starting a private Docker engine"):
            self._start()

    def stop(self, *, purge: bool = False) -> None:
        """Remove all containers with their volumes, end dockerd, take mounts, namespace and cgroups away."""
        if self.exists:
            self._start()
            containers = self.docker("ps", "--all", "--quiet").stdout.split()
            if containers:
                self.docker("rm", "--force", "--volumes", *containers)
            self.docker("system", "prune", "--force", "--volumes")
            self.dockerd.stop()
        leftovers.unmount_below(self.runtime_folder, self.folder)
        leftovers.remove_cgroup(self.cgroup)
        self.namespace.remove()
        shutil.rmtree(self.runtime_folder, ignore_errors=True)
        if purge:
            shutil.rmtree(self.folder, ignore_errors=True)

    def unpacked(self, references: Sequence[str]) -> list[layers.Unpacked]:
        found = json.loads(self.docker("image", "inspect", *references).stdout)
        return layers.export(dict(zip(references, found, strict=True)), self.data, self.layers)

    def _start(self) -> None:
        self.layers.mkdir(parents=True, exist_ok=True)
        self.runtime_folder.mkdir(exist_ok=True)
        self.namespace.ensure()
        process = self.dockerd
        if not process.running:
            self._clear_after_crash()
            process.start()

        def answers() -> bool:
            process.ensure_running()
            return self.running()

        waits.wait_for(
            answers,
            waits.ENGINE_READY,
            lambda: f"The private Docker engine does not answer:\n{process.tail()}",
            f"Read {process.log}.",
        )

    def _clear_after_crash(self) -> None:
        """Remove the pid files of a killed dockerd and its containerd, which dies with it.

        dockerd would wait for the old containerd for ever: a process that nobody has reaped, or a stranger
        with its pid, counts as alive there.
        """
        for file in ("docker.pid", "exec/containerd/containerd.pid", "exec/containerd/containerd.sock"):
            (self.runtime_folder / file).unlink(missing_ok=True)

    def _flags(self) -> list[str]:
        return [
            f"--data-root={self.data}",
            f"--exec-root={self.runtime_folder / 'exec'}",
            f"--pidfile={self.runtime_folder / 'docker.pid'}",
            f"--host=unix://{self.socket}",
            f"--cgroup-parent=/{self.cgroup}",
            f"--add-runtime={_RUNTIME}={binaries.ensure('runtime')}",
            f"--default-runtime={_RUNTIME}",
            # Clusters go on running when dockerd is killed, and are found again by the next one.
            "--live-restore",
            "--log-level=warn",
        ]


def _files() -> Path:
    """The cache's folder with the engine's programs."""
    files = debian.unpacked("engine", PACKAGES)
    for name in _IPTABLES:
        link = files / "usr/sbin" / name
        if not link.is_symlink():
            # Debian makes these links when the package is installed, which it is not here.
            link.symlink_to("xtables-nft-multi")
    return files
