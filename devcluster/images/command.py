"""Running a program of this machine so that a failure names it, shows its last words and says what to do."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devcluster.errors import ClusterError, UsageError

_LAST_LINES = 25


def run(
    command: Sequence[str],
    *,
    remedy: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run ``command`` to its end and return what it wrote.

    Raises ``UsageError`` where the program is not installed and ``ClusterError`` on any exit code but 0.
    """
    try:
        done = subprocess.run(
            list(command),
            cwd=cwd,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise UsageError(f"{command[0]} is not installed.", remedy) from missing
    if done.returncode != 0:
        raise failed(command, done.returncode, done.stdout, remedy)
    return done.stdout


def failed(command: Sequence[str], code: int, output: str, remedy: str) -> ClusterError:
    """Return the error for a failed command: its name, exit code, last lines, and what to do."""
    last = "\n".join(output.splitlines()[-_LAST_LINES:])
    return ClusterError(f"`{' '.join(command[:3])}` ended with {code}:\n{last}", remedy)
