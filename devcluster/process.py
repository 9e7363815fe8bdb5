"""A process that devcluster owns: started once, found again by a later command, ended by its own pid.

The pid file holds the pid and the kernel's start time, so that a pid used anew by a stranger is never
taken for ours.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from devcluster import waits
from devcluster.errors import ClusterError

# Popen complains when it is collected while its process runs, which is what detached processes are for.
_started: list[subprocess.Popen[bytes]] = []


class Process:
    """One program with a log file and a pid file in `folder`.

    A `detached` process outlives the command that starts it; any other one is ended by the kernel together
    with the thread that started it.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        detached: bool = False,
    ) -> None:
        self.name = name
        self.argv = [str(part) for part in argv]
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.detached = detached
        self._env = dict(env or {})
        self._pid_file = folder / f"{name}.pid"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's pid, or None when it does not run."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        try:
            record = json.loads(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        pid, started = int(record["pid"]), record["started"]
        # A process that had ended before its start was noted has no start time.
        return pid if started is not None and _start_time(pid) == started else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        """Start the process unless it runs already."""
        if self.running:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        argv = self.argv if self.detached else ["setpriv", "--pdeathsig", "KILL", "--", *self.argv]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | self._env,
                start_new_session=True,
            )
        _started.append(self._child)
        record = {"pid": self._child.pid, "started": _start_time(self._child.pid)}
        self._pid_file.write_text(json.dumps(record))

    def stop(self, seconds: float = waits.PROCESS_STOP) -> None:
        """Ask the process to end; kill it when it has not ended within `seconds`."""
        if self.running:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            if not self._wait(waits.budget(seconds)):
                self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the process at once, as a crash does."""
        self._signal(signal.SIGKILL)
        self._wait(waits.budget(waits.PROCESS_STOP))

    def pause(self) -> None:
        """Freeze the process: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def tail(self, lines: int = 5) -> str:
        """The last lines of the log, for an error message."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def ensure_running(self) -> None:
        """Raise ClusterError with the log's last lines when the process has ended."""
        if not self.running:
            raise ClusterError(f"{self.name} ended:\n{self.tail()}", f"Read {self.log}.")

    def _signal(self, number: int) -> None:
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _wait(self, seconds: float) -> bool:
        """Wait for the end; False when the process still runs after `seconds`."""
        if self._child is not None:
            # Also where it is a zombie already: its other threads may still hold its ports.
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        pid = self.pid
        return pid is None or _wait_for_stranger(pid, seconds)


def _wait_for_stranger(pid: int, seconds: float) -> bool:
    """Wait for a process that is not our child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        deadline = time.monotonic() + seconds
        ready, _, _ = select.select([handle], [], [], max(0.0, deadline - time.monotonic()))
        return bool(ready)
    finally:
        os.close(handle)


def _start_time(pid: int) -> str | None:
    """When a living process started (clock ticks since boot); None for a dead one or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return None if state in {"Z", "X"} else started
