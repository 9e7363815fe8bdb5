"""PostgreSQL's own programs: where they are, how old they are, and running one as a stream."""

from __future__ import annotations

import fcntl
import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import IO, Self

from resee_backup.errors import BackupError, Reason, TransientError, UserError

CHUNK = 256 * 1024
PIPE_SIZE = 1024 * 1024  # the largest that an unprivileged process may ask for
VERSION = re.compile(r"\(PostgreSQL\) (?P<text>(?P<major>\d+)\S*)")
# pg_dump writes and pg_restore reads page by page, and each page would wake this process. A moment later the
# pipe has many; at a quarter of a GB/s it does not run full or empty meanwhile.
GATHER = 0.002  # seconds
LAST_WORDS = 1500  # characters of a program's stderr that are repeated


class Tool:
    """An installed program of PostgreSQL.

    Raises:
        UserError: it is not installed or does not tell its version.
    """

    def __init__(self, name: str) -> None:
        path = shutil.which(name)
        remedy = "Use the backup image, or install PostgreSQL's client programs."
        if path is None:
            raise UserError(Reason.TOOL_MISSING, f"{name} is not installed", where="PATH", remedy=remedy)
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        found = VERSION.search(said)
        if found is None:
            raise UserError(Reason.TOOL_MISSING, f"{name} --version says {said!r}", where=path, remedy=remedy)
        self.name = name
        self.path = path
        self.version = found["text"]
        self.major = int(found["major"])


def require_not_older(tool: str, tool_major: int, server_major: int, where: str) -> None:
    """Refuse to work on a server that is newer than the program: pg_dump would miss what it cannot know.

    Raises:
        UserError: the program is older.
    """
    if tool_major < server_major:
        raise UserError(
            Reason.TOOL_TOO_OLD,
            f"{tool} is of PostgreSQL {tool_major}, the server is {server_major}",
            where=where,
            remedy=f"Use a backup image with PostgreSQL {server_major}'s client programs.",
        )


class Child:
    """A running program whose end is part of its output: a failed one never looks like a short one.

    Args:
        command: program and arguments; no secret among them.
        environment: its whole environment.
        stall_seconds: how long it may neither write nor read.
        fault: makes the error of an exit code other than 0 from a sentence.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        stall_seconds: float,
        fault: Callable[[str], BackupError],
        *,
        fed: bool = False,
    ) -> None:
        self.name = command[0].rpartition("/")[2]
        self._stall_seconds = stall_seconds
        self._fault = fault
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if fed else subprocess.PIPE,
            stderr=self._said,
            env=dict(environment),
            bufsize=0,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        if self._process.stdin is not None:
            # A pipe that takes a page is "writable"; only so does a larger write not wait for all the rest.
            os.set_blocking(self._process.stdin.fileno(), False)

    def output(self) -> Iterator[bytes]:
        """What it writes, to the end; then its exit code is asked for.

        Raises:
            BackupError: it ended with another code than 0, was killed, or was silent for too long.
        """
        stdout = self._process.stdout
        assert stdout is not None
        while True:
            self._wait(reading=stdout)
            chunk = stdout.read(CHUNK)
            if not chunk:
                break
            yield chunk
            if len(chunk) < CHUNK:
                time.sleep(GATHER)
        self.finish()

    def take(self, chunk: bytes) -> None:
        """Write into its standard input.

        Raises:
            BrokenPipeError: it ended already; `finish` says how.
            TransientError: it took nothing for too long.
        """
        stdin = self._process.stdin
        assert stdin is not None
        rest = memoryview(chunk)
        while rest:
            self._wait(writing=stdin)
            rest = rest[os.write(stdin.fileno(), rest) :]
            if rest:
                time.sleep(GATHER)

    def finish(self) -> None:
        """Close its standard input and wait for its end.

        Raises:
            BackupError: it ended with another code than 0 or was killed.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        code = self._process.wait()
        if code < 0:
            raise self._broken(Reason.TOOL_KILLED, f"was killed by signal {-code}")
        if code > 0:
            raise self._fault(self._sentence(f"ended with exit code {code}"))

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def _wait(self, reading: IO[bytes] | None = None, writing: IO[bytes] | None = None) -> None:
        ready = select.select(
            [reading] if reading else [], [writing] if writing else [], [], self._stall_seconds
        )
        if not any(ready):
            raise self._broken(Reason.TOOL_STALLED, f"did nothing for {self._stall_seconds:g} s")

    def _broken(self, reason: Reason, how: str) -> TransientError:
        remedy = "Look at the server, the network and the memory limit of this Pod; run it again."
        return TransientError(reason, self._sentence(how), where=self.name, remedy=remedy)

    def _sentence(self, how: str) -> str:
        self._said.seek(0)
        words = " ".join(self._said.read().decode(errors="replace").split())[-LAST_WORDS:]
        return f"{self.name} {how}" + (f": {words}" if words else "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.ended:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            if pipe is not None:
                pipe.close()
