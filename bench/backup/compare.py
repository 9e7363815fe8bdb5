"""The program and PostgreSQL's own tools do the same work in turn; the median of each is a figure."""

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
from tests.support.postgres import PostgresServer
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
        dumped = self._in_turn(
            {
                "by hand": lambda: run(["sh", "-c", by_hand], self._environment()),
                "s3": lambda: self._program("dump", "--no-verify", place=f"s3://{self.s3.bucket}"),
                "volume": lambda: self._program("dump", "--no-verify"),
                "verify": lambda: self._program("verify"),
            }
        )
        restored = self._in_turn({"program": self._restore, "plain": self._restore_plain})
        memory = max(dumped[way].memory for way in ("s3", "volume"))
        plain = dumped["by hand"]
        return [
            throughput(f"dump {label} to S3", size, dumped["s3"], plain, "pg_dump | zstd > /dev/null"),
            processor(f"processor time of that, {label}", dumped["s3"], plain),
            throughput(f"dump {label} to a volume", size, dumped["volume"], plain, "the same"),
            processor(f"processor time of that, {label}", dumped["volume"], plain),
            Figure(f"memory while dumping {label}", f"{memory / MIB:.0f} MiB", goal="<= 128 MiB"),
            Figure(f"full read of {label}", f"{dumped['verify'].seconds:.1f} s"),
            throughput(
                f"restore {label}, compared",
                size,
                restored["program"],
                restored["plain"],
                "zstd -d | pg_restore",
            ),
            processor(f"processor time of that, {label}", restored["program"], restored["plain"]),
            Figure(
                f"memory while restoring {label}",
                f"{restored['program'].memory / MIB:.0f} MiB",
                goal="<= 128 MiB",
            ),
        ]

    def _in_turn(self, ways: dict[str, Callable[[], Run]]) -> dict[str, Run]:
        runs: dict[str, list[Run]] = {name: [] for name in ways}
        for _ in range(self.rounds):
            for name, way in ways.items():
                runs[name].append(way())
        return {name: _median(done) for name, done in runs.items()}

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
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.server.port),
            "PGUSER": self.server.user,
            "PGPASSWORD": self.server.password,
        }

    def _program(self, *arguments: str, place: str | None = None) -> Run:
        environment = {
            **os.environ,
            **self.s3.client_environment(),
            "PYTHONPATH": str(ROOT / "operator"),
            "DATABASE_URL": self.server.url(self.database),
            "BACKUP_DESTINATION": place or f"file://{self.folder}",
            "BACKUP_NAME": "bench",
            "BACKUP_RESULT_PATH": str(self.folder / "result.json"),
        }
        return run([sys.executable, "-m", "resee_backup", *arguments], environment)


def _median(runs: list[Run]) -> Run:
    return Run(median(r.seconds for r in runs), median(r.cpu for r in runs), max(r.memory for r in runs))


def processor(name: str, ours: Run, theirs: Run) -> Figure:
    """A row of processor seconds: what wall clock cannot say on a machine that does other things too."""
    return Figure(name, f"{ours.cpu:.1f} s", f"{theirs.cpu:.1f} s", f"{ours.cpu / theirs.cpu:.2f}")


def throughput(name: str, size: int, ours: Run, theirs: Run, what: str) -> Figure:
    """A row of MiB of database a second, beside the yardstick's."""
    return Figure(
        name,
        f"{size / MIB / ours.seconds:.0f} MiB/s ({ours.seconds:.1f} s)",
        f"{what}: {size / MIB / theirs.seconds:.0f} MiB/s ({theirs.seconds:.1f} s)",
        f"{theirs.seconds / ours.seconds:.2f}",
        ">= 0.9",
    )
