"""The program and PostgreSQL's own tools do the same work in turn.

A time is the median of its rounds, a ratio the median of the rounds' ratios: whatever else the machine does
slows both halves of a round.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from psycopg2 import sql

from bench.backup.measure import Run, run
from bench.figures import ROOT, Figure
from resee_backup.settings import Settings
from resee_backup.stream import WORKERS
from tests.support.postgres import BIN, PostgresServer
from tests.support.s3 import S3Server

MIB = 1024 * 1024
LEVEL = Settings(destination="", name="").compression_level
TARGET = "bench_restored"


@dataclass(frozen=True)
class Bench:
    """One size of database, measured several times.

    Args:
        folder: for the volume and the yardstick's archive.
        rounds: how often each way is measured, in turn.
    """

    server: PostgresServer
    s3: S3Server
    database: str
    folder: Path
    rounds: int

    def figures(self) -> list[Figure]:
        """All rows."""
        size = self.server.execute("SELECT pg_database_size(%s)", self.database)[0][0]
        label = f"{size / MIB / 1024:.1f} GiB"
        by_hand = self._by_hand("> /dev/null")
        self._program("list", place=f"s3://{self.s3.bucket}")  # leaves the bytecode behind
        dumped = self._in_turn(
            {
                "by hand": lambda: run(["sh", "-c", by_hand], self._environment()),
                "s3": lambda: self._program("dump", "--no-verify", place=f"s3://{self.s3.bucket}"),
                "volume": lambda: self._program("dump", "--no-verify"),
                "verify": lambda: self._program("verify"),
            }
        )
        restored = self._in_turn({"program": self._restore, "plain": self._restore_plain})
        memory = max(one.memory for way in ("s3", "volume") for one in dumped[way])
        plain = dumped["by hand"]
        return [
            throughput(f"dump {label} to S3", size, dumped["s3"], plain, "pg_dump piped to zstd"),
            processor(f"processor time of that, {label}", dumped["s3"], plain),
            throughput(f"dump {label} to a volume", size, dumped["volume"], plain, "the same"),
            processor(f"processor time of that, {label}", dumped["volume"], plain),
            Figure(f"memory while dumping {label}", f"{memory / MIB:.0f} MiB", goal="<= 128 MiB"),
            Figure(f"full read of {label}", f"{_seconds(dumped['verify']):.1f} s"),
            throughput(
                f"restore {label}, compared",
                size,
                restored["program"],
                restored["plain"],
                "zstd -d piped to pg_restore",
            ),
            processor(f"processor time of that, {label}", restored["program"], restored["plain"]),
            Figure(
                f"memory while restoring {label}",
                f"{max(one.memory for one in restored['program']) / MIB:.0f} MiB",
                goal="<= 128 MiB",
            ),
        ]

    def _in_turn(self, ways: dict[str, Callable[[], Run]]) -> dict[str, list[Run]]:
        runs: dict[str, list[Run]] = {name: [] for name in ways}
        for _ in range(self.rounds):
            for name, way in ways.items():
                runs[name].append(way())
        return runs

    def _restore(self) -> Run:
        self._drop()
        return self._program("restore", "latest", "--into", TARGET)

    def _restore_plain(self) -> Run:
        self._drop()
        archive = self.folder / "plain.dump.zst"
        if not archive.exists():
            run(["sh", "-c", self._by_hand(f"> {shlex.quote(str(archive))}")], self._environment())
        self.server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TARGET)))
        restore = f"zstd -dcq {shlex.quote(str(archive))} | pg_restore --exit-on-error -d {TARGET}"
        return run(["sh", "-c", restore], self._environment())

    def _drop(self) -> None:
        self.server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(TARGET)))

    def _pg_dump(self) -> str:
        return f"pg_dump -Fc -d {shlex.quote(self.database)}"

    def _by_hand(self, target: str) -> str:
        return f"{self._pg_dump()} -Z0 | zstd -q -{LEVEL} -T{WORKERS} -c {target}"

    def _environment(self) -> dict[str, str]:
        return {
            **as_in_the_image(self.folder),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.server.port),
            "PGUSER": self.server.user,
            "PGPASSWORD": self.server.password,
        }

    def _program(self, *arguments: str, place: str | None = None) -> Run:
        environment = {
            **as_in_the_image(self.folder),
            **self.s3.client_environment(),
            "PYTHONPATH": str(ROOT / "operator"),
            "DATABASE_URL": self.server.url(self.database),
            "BACKUP_DESTINATION": place or f"file://{self.folder}",
            "BACKUP_NAME": "bench",
            "BACKUP_RESULT_PATH": str(self.folder / "result.json"),
        }
        return run([sys.executable, "-m", "resee_backup", *arguments], environment)


def as_in_the_image(folder: Path) -> dict[str, str]:
    """This process's environment with what the image has: bytecode, and PostgreSQL's programs themselves.

    Debian's pg_dump on the PATH is a wrapper in Perl; without bytecode each start compiles all of botocore.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return inherited | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PATH": path}


def _seconds(runs: list[Run]) -> float:
    return median(one.seconds for one in runs)


def processor(name: str, ours: list[Run], theirs: list[Run]) -> Figure:
    """A row of processor seconds: what wall clock cannot say on a machine that does other things too."""
    own, others = (median(one.cpu for one in runs) for runs in (ours, theirs))
    ratio = median(mine.cpu / plain.cpu for mine, plain in zip(ours, theirs, strict=True))
    return Figure(name, f"{own:.1f} s", f"{others:.1f} s", f"{ratio:.2f}")


def throughput(name: str, size: int, ours: list[Run], theirs: list[Run], what: str) -> Figure:
    """A row of MiB of database a second, beside the yardstick's."""
    own, others = _seconds(ours), _seconds(theirs)
    ratio = median(plain.seconds / mine.seconds for mine, plain in zip(ours, theirs, strict=True))
    return Figure(
        name,
        f"{size / MIB / own:.0f} MiB/s ({own:.1f} s)",
        f"{what}: {size / MIB / others:.0f} MiB/s ({others:.1f} s)",
        f"{ratio:.2f}",
        ">= 0.9",
    )
