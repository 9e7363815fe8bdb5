"""Time and memory of one command line: from its start to its end, all of its processes together."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_EVERY = 0.05  # seconds


@dataclass(frozen=True)
class Run:
    """What a command took.

    Args:
        seconds: wall clock.
        cpu: processor seconds of its processes; the servers' are not among them.
        memory: peak of its processes' proportional memory in bytes, page cache not counted.
    """

    seconds: float
    cpu: float
    memory: int


def run(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; carries the end of its error output.
    """
    begin, used = time.monotonic(), _cpu()
    peak = 0
    with subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            try:
                process.wait(SAMPLE_EVERY)
            except subprocess.TimeoutExpired:
                continue
        seconds = time.monotonic() - begin
        assert process.stderr is not None
        said = process.stderr.read().decode(errors="replace")
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said[-2000:]}")
    return Run(seconds, _cpu() - used, peak)


def _cpu() -> float:
    """Processor seconds of all children that have ended, and theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _memory(pid: int) -> int:
    """Proportional set size of a process and its descendants, in bytes."""
    folder = Path(f"/proc/{pid}")
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
        own = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
        children = (folder / "task" / str(pid) / "children").read_text().split()
    except (OSError, StopIteration):
        return 0
    return own + sum(_memory(int(child)) for child in children)
