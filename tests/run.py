"""Runs test suites, several at once, and ends with one line of counts.

``python -m tests.run [SUITE...]``; without names all of them. The words of each suite go to a log of its own
in the state folder, and the last of them to the terminal where it fails. The exit code is 1 if any failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from devcluster import paths
from devcluster.progress import Progress
from tests import counts
from tests.counts import Counts
from tests.suites import REPORT, SUITES, Command, Suite
from tests.turns import Turns

AT_ONCE = 2
"""Suites side by side: most of them wait for something half of their time."""
_LAST_LINES = 60
_TEST_LIMIT = 300
"""Seconds after which a test counts as stuck, as in pyproject.toml; as patient as the waits in it."""


@dataclass(frozen=True)
class Runner:
    """Runs suites with their logs and reports in ``folder``."""

    folder: Path
    progress: Progress

    def run(self, suites: Sequence[Suite]) -> Counts:
        """Run the suites, some of them side by side, and return the sum of all counts."""
        self.folder.mkdir(parents=True, exist_ok=True)
        turns = Turns(suites)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(self._lane, [turns] * AT_ONCE), Counts())

    def _lane(self, turns: Turns) -> Counts:
        return sum((self._suite(suite) for suite in turns), Counts())

    def _suite(self, suite: Suite) -> Counts:
        report, log = (self.folder / f"{suite.name}.{kind}" for kind in ("xml", "log"))
        report.unlink(missing_ok=True)
        with self.progress.step(f"Suite {suite.name}"):
            code = self._commands(suite, report, log)
        result = counts.read(report, code)
        self.progress.say(f"  {suite.name}: {result}")
        if result.failed:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
            click.echo(f"\n--- {suite.name}: the last lines of {log}\n{last}\n")
        return result

    def _commands(self, suite: Suite, report: Path, log: Path) -> int:
        """Run what the suite needs and then itself; return the first exit code that is not 0."""
        with log.open("w") as words:
            for command in suite.before:
                code = _call(list(command), paths.ROOT, words.fileno())
                if code != 0:
                    return code
            return _call(_with_report(suite.command, report), suite.folder, words.fileno())


def _with_report(command: Command, report: Path) -> list[str]:
    return [part.replace(REPORT, str(report)) for part in command]


def _call(command: list[str], folder: Path, words: int) -> int:
    try:
        done = subprocess.run(
            command, cwd=folder, env=_environment(folder), stdout=words, stderr=words, check=False
        )
    except FileNotFoundError as missing:
        os.write(words, f"{missing.filename} is not installed.\n".encode())
        return 127
    return done.returncode


def _environment(folder: Path) -> dict[str, str]:
    # Hundreds of programs are started, of which each would compile anew what it imports: for longer than it
    # works then.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    patience = float(os.environ.get("RESEE_WAIT_MULTIPLIER", "1"))
    return {
        **kept,
        "CI": "true",
        "PYTHONPATH": str(paths.ROOT) if folder == paths.ROOT else "",
        "PYTHONPYCACHEPREFIX": str(paths.state_dir() / "pycache"),
        "PYTEST_TIMEOUT": f"{_TEST_LIMIT * patience:.0f}",
    }


@click.command()
@click.argument("names", nargs=-1, metavar="[SUITE]...", type=click.Choice([suite.name for suite in SUITES]))
def main(names: tuple[str, ...]) -> None:
    """Run the named suites, or all of them."""
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    with Progress.on_stderr() as progress:
        total = Runner(paths.state_dir() / "tests", progress).run(chosen)
    click.echo(str(total))
    sys.exit(1 if total.failed else 0)


if __name__ == "__main__":
    main()
