"""The program as a Pod runs it: a process of its own, an environment, an exit code, a result line, a log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.s3 import S3Server
from tests.support.wait import Budget

ROOT = Path(__file__).parents[3]
NAME = "default/demo"
LONGEST = 2 * Budget.COMMAND.seconds  # that any command of these tests may take

# Below the program's own, and above what a busy machine needs; a test of what hangs gives it seconds.
PATIENT = {
    "BACKUP_S3_TIMEOUT_SECONDS": "30",
    "BACKUP_S3_ATTEMPTS": "2",
    "BACKUP_CONNECT_SECONDS": "30",
    "BACKUP_STALL_SECONDS": "60",
}


@dataclass(frozen=True)
class Place:
    """A destination: what the program is told of it, and how a test looks into it."""

    url: str
    environment: Mapping[str, str]
    folder: Path  # versitygw keeps an object as a file, so both kinds are looked at the same way
    server: S3Server | None = None

    @classmethod
    def in_bucket(cls, server: S3Server, prefix: str) -> Place:
        """A prefix of a bucket."""
        folder = server.objects / server.bucket / prefix
        return cls(f"s3://{server.bucket}/{prefix}", server.client_environment(), folder, server)

    @classmethod
    def on_volume(cls, folder: Path) -> Place:
        """A folder."""
        return cls(f"file://{folder}", {}, folder)

    def files(self) -> list[str]:
        """Finished and unfinished files below it, without the S3 server's own."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def uploads(self) -> list[str]:
        """Multipart uploads that were neither completed nor aborted."""
        if self.server is None:
            return []
        prefix = self.url.removeprefix(f"s3://{self.server.bucket}/")
        return [key for key in self.server.uploads() if key.startswith(prefix)]

    def file(self, backup: str, name: str) -> Path:
        """One file of a backup."""
        return self.folder / NAME / backup / name


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    result: dict[str, Any]
    log: str
    printed: str

    @property
    def backup(self) -> str:
        """Id of the backup that it was about."""
        return str(self.result["backup"])


@dataclass(frozen=True)
class Program:
    """`python3 -m resee_backup` with its environment."""

    database_url: str
    place: Place
    result_path: Path
    extra: Mapping[str, str] = field(default_factory=dict)
    prefix: Sequence[str] = ()  # a program that runs it, to limit what it may do

    def with_settings(self, **variables: str) -> Program:
        """The same with other variables."""
        return replace(self, extra={**self.extra, **variables})

    def environment(self) -> dict[str, str]:
        """Everything that the process is told."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PG"))}
        return {
            **inherited,
            "PYTHONPATH": str(ROOT / "operator"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "DATABASE_URL": self.database_url,
            "BACKUP_DESTINATION": self.place.url,
            "BACKUP_NAME": NAME,
            "BACKUP_RESULT_PATH": str(self.result_path),
            **PATIENT,
            **self.place.environment,
            **self.extra,
        }

    def run(self, *arguments: str) -> Outcome:
        """Run a command to its end."""
        with self.running(*arguments) as process:
            return self.finished(process)

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command; it is killed at the end of the block if it still runs."""
        self.result_path.unlink(missing_ok=True)
        command = [*self.prefix, sys.executable, "-m", "resee_backup", *arguments]
        with subprocess.Popen(
            command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def finished(self, process: subprocess.Popen[str]) -> Outcome:
        """Wait for its end."""
        printed, log = process.communicate(timeout=LONGEST)
        result = json.loads(self.result_path.read_text()) if self.result_path.exists() else {}
        return Outcome(process.returncode, result, log, printed)


def child_of(process: subprocess.Popen[str], name: str) -> int | None:
    """Process id of a child with this program name."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        if Path(f"/proc/{child}/comm").read_text().strip() == name:
            return int(child)
    return None


def assert_nothing_published(outcome: Outcome, place: Place, code: int, reason: str) -> None:
    """The command failed and said so; the destination is as if it had never run."""
    assert (outcome.code, outcome.result["reason"]) == (code, reason), outcome.log
    assert outcome.result["ok"] is False
    assert outcome.result["message"]
    assert outcome.result["remedy"]
    assert place.files() == []
    assert place.uploads() == []
