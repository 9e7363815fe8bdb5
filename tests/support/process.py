"""A private local process: start waits until it answers, stop escalates, hang and crash are methods."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from devcluster.ports import free_port
from tests.support.wait import Budget, until

SERVICE_USERS = ("postgres", "nobody")


def service_owner() -> tuple[int, int]:
    """User and group of servers that refuse root: the tests' own, unless those are root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise RuntimeError(f"no user of {SERVICE_USERS} on this machine: create one, servers do not run as root")


@contextmanager
def service_folder() -> Iterator[Path]:
    """A temporary folder that a server of another user may enter; pytest's own ones belong to root alone."""
    with TemporaryDirectory(prefix="resee-test-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


def require_program(name: str, package: str, *places: Path) -> Path:
    """Path of an installed program, looked for in `places` before PATH.

    Raises:
        RuntimeError: it is not installed; the message names the Debian package.
    """
    for place in places:
        if (place / name).exists():
            return place / name
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed: apt-get install {package}")
    return Path(found)


class LocalProcess(ABC):
    """A server on the loopback that belongs to the test that made it.

    Args:
        directory: an empty folder for its data and its log; handed to the service's user.
    """

    name: str
    refuses_root = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.uid, self.gid = service_owner() if self.refuses_root else (os.geteuid(), os.getegid())
        self.log = directory.with_name(f"{directory.name}.log")
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        os.chown(directory, self.uid, self.gid)

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    def environment(self) -> dict[str, str]:
        """Variables beside those of the tests' own process."""
        return {}

    @abstractmethod
    def answers(self) -> bool:
        """Whether a client gets an answer now."""

    def start(self) -> Self:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.directory,
                env=os.environ | self.environment(),
                user=self.uid,
                group=self.gid,
            )
        until(self._assert_answers, Budget.PROCESS, every=0.05)
        return self

    def _assert_answers(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            last = self.log.read_text()[-2000:]
            raise RuntimeError(f"{self.name} ended with {self._process.returncode}: {last}")
        assert self.answers(), f"{self.name} does not answer on port {self.port}: see {self.log}"

    def stop(self) -> None:
        """Ask it to end; kill it when it does not."""
        if self._process is None:
            return
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(Budget.PROCESS.seconds)
        except subprocess.TimeoutExpired:
            self._signal_all(signal.SIGKILL)
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        self._signal_all(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def restart(self) -> Self:
        """Stop and start on the same port and data."""
        self.stop()
        return self.start()

    def pause(self) -> None:
        """Make it hang: connections stay open, nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
