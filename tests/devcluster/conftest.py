"""Real engines and clusters, in a state folder of this run's own and on ports that nobody has."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devcluster import paths
from devcluster.cluster.kubectl import Kubectl
from devcluster.engine.private import PrivateEngine
from devcluster.ports import free_port

ROOT_NEEDED = "needs root, for namespaces and mounts: run it as root, or with sudo"


@dataclass(frozen=True)
class Machine:
    """A state folder and the command line that works on it."""

    state: Path

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`python -m devcluster ARGUMENTS`; with `check`, its words are in the failure."""
        command = [sys.executable, "-m", "devcluster", *arguments]
        done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The same, still running, on free ports; Ctrl-C reaches it also below a shell's `&`."""
        ports = (f"--http-port={free_port()}", f"--s3-port={free_port()}")
        command = ["env", "--default-signal=INT", sys.executable, "-m", "devcluster", *arguments, *ports]
        return subprocess.Popen(command, cwd=paths.ROOT, stderr=subprocess.DEVNULL, start_new_session=True)

    def up(self, name: str, *options: str) -> Kubectl:
        """Bring a cluster up on free ports, or repair it, and return its kubectl."""
        known = (self.state / name / "cluster.json").exists()
        ports = () if known else (f"--http-port={free_port()}", f"--s3-port={free_port()}")
        self.run("up", "--name", name, *ports, *options)
        return Kubectl(self.state / name / "kubeconfig")


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A private engine's machine; all of it is taken away at the end."""
    if os.geteuid() != 0:
        pytest.skip(ROOT_NEEDED)
    with (
        tempfile.TemporaryDirectory(prefix="devcluster-test-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("RESEE_STATE_DIR", folder)
        patch.setenv("RESEE_ENGINE", "private")
        made = Machine(Path(folder))
        yield made
        made.run("down", "--purge")


@pytest.fixture(scope="session")
def kubectl(machine: Machine) -> Kubectl:
    """A cluster of one node that the tests share."""
    return machine.up("one")


@pytest.fixture
def remains(machine: Machine) -> Callable[[], list[str]]:
    """Lists what is left in the kernel and on disk of this run's engine."""

    def look() -> list[str]:
        engine = PrivateEngine()
        mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        names = (str(engine.runtime_folder), str(machine.state), str(engine.namespace.file))
        found = [f"mount {mount}" for mount in mounts if mount.startswith(names)]
        found += [f"namespace {engine.namespace.file}"] if engine.namespace.file.exists() else []
        found += [f"cgroup {path}" for path in Path("/sys/fs/cgroup").glob(f"**/{engine.cgroup}")]
        found += [f"process {line}" for line in _processes() if any(name in line for name in names)]
        found += [f"container {path}" for path in (engine.data / "containers").glob("*")]
        found += [f"volume {path}" for path in (engine.data / "volumes").glob("*/_data")]
        return found + [f"file {path}" for path in [engine.runtime_folder] if path.exists()]

    return look


def _processes() -> list[str]:
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it ended while we looked
    return lines
