"""What the parts of a cluster did around a fault, and when: watches that write down each change."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.e2e.kubectl import Kubectl

_READY = '.status.conditions[?(@.type=="Ready")].status'
_WATCHED: tuple[tuple[str, ...], ...] = (
    ("nodes", "", f"NODE:.metadata.name,READY:{_READY}"),
    ("pods", "", f"POD:.metadata.name,READY:{_READY},ROLE:.metadata.labels.resee\\.io/role"),
    ("endpoints", "resee-postgres", "LEASE:.metadata.name,LEADER:.metadata.annotations.leader"),
)
_SENTINEL = ("logs", "-f", "--tail=0", "--prefix", "-l", "app.kubernetes.io/component=sentinel")
_TOLD = ("+switch-master", "+odown", "+tilt", "-tilt")


@dataclass
class Timeline:
    """Changes as (moment, what), moments by the clock `time.monotonic`."""

    kubectl: Kubectl
    changes: list[tuple[float, str]] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write down what changes until the block ends."""
        commands = [
            (
                "get",
                kind,
                *filter(None, [name]),
                "--watch",
                "--no-headers",
                f"--output=custom-columns={columns}",
            )
            for kind, name, columns in _WATCHED
        ]
        processes = [self._start(command) for command in (*commands, _SENTINEL)]
        threads = [threading.Thread(target=self._follow, args=(process,)) for process in processes]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
                process.wait()
            for thread in threads:
                thread.join()
            for process in processes:
                assert process.stdout is not None
                process.stdout.close()

    def told(self, since: float) -> str:
        """One line for each change after a moment."""
        return "\n".join(f"{at - since:6.1f} s  {what}" for at, what in sorted(self.changes) if at >= since)

    def _start(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        where = (f"--kubeconfig={self.kubectl.kubeconfig}", f"--namespace={self.kubectl.namespace}")
        command = [str(self.kubectl.binary), *where, *arguments]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def _follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._take(line.strip())

    def _take(self, line: str) -> None:
        name, _, state = line.partition(" ")
        if name.startswith("[pod/"):
            if any(word in line for word in _TOLD):
                self.changes.append((time.monotonic(), line.partition("] ")[2] or line))
            return
        state = " ".join(state.split())
        if self._known.get(name) != state:
            if name in self._known:
                self.changes.append((time.monotonic(), f"{name}: {state}"))
            self._known[name] = state
