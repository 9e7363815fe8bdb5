"""Runs every check of the code that is no test: one table, two at once, the words of those that fail."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from devcluster import binaries, paths
from devcluster.progress import Progress
from tools import node_modules

PYTHON = (sys.executable, "-m")
GO_SOURCES = paths.GO_MODULE
TYPED = ("operator", "devcluster", "tools", "tests", "bench")
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{paths.ROOT / 'operator'}{os.pathsep}{paths.ROOT}"}
_AT_ONCE = 2


@dataclass(frozen=True)
class Check:
    """One check; ``program`` is built by devcluster and stands before the arguments."""

    name: str
    arguments: tuple[str, ...]
    folder: Path = paths.ROOT
    program: str = ""

    def command(self) -> list[str]:
        first = [str(binaries.ensure(self.program))] if self.program else []
        return [*first, *self.arguments]


CHECKS: tuple[Check, ...] = (
    Check("style", (*PYTHON, "ruff", "check", ".")),
    Check("form", (*PYTHON, "ruff", "format", "--check", ".")),
    Check("types", (*PYTHON, "mypy", *TYPED)),
    Check("Django's types", (*PYTHON, "mypy", "."), folder=paths.ROOT / "app" / "backend"),
    Check("layers", (str(Path(sys.executable).with_name("lint-imports")),)),
    Check("generated files", (*PYTHON, "tools.generate", "--check")),
    Check("chart", ("lint", "--strict", "--quiet", "charts/resee-operator"), program="helm"),
    Check("workflows", (), program="actionlint"),
    Check("shell", ("bash", "-n", ".ci/run", *map(str, (paths.ROOT / "images").rglob("*.sh")))),
    Check("Go's form", ("bash", "-c", 'test -z "$(gofmt -l . | tee /dev/stderr)"'), folder=GO_SOURCES),
    Check("React's style", ("npm", "run", "--silent", "lint"), folder=node_modules.FRONTEND),
    Check("React's types", ("npm", "run", "--silent", "typecheck"), folder=node_modules.FRONTEND),
)


def run(check: Check, progress: Progress) -> str | None:
    """Run one check and return its words where it fails, None where it passes."""
    with progress.step(f"Checking {check.name}"):
        done = subprocess.run(
            check.command(), cwd=check.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
    return None if done.returncode == 0 else f"{done.stdout}{done.stderr}".strip() or "failed without a word"


@click.command()
def main() -> None:
    """Run every check."""
    node_modules.ensure()
    with Progress.on_stderr() as progress, ThreadPoolExecutor(_AT_ONCE) as pool:
        results = dict(zip(CHECKS, pool.map(lambda check: run(check, progress), CHECKS), strict=True))
    failed = {check: words for check, words in results.items() if words is not None}
    for check, words in failed.items():
        click.echo(f"\n--- {check.name}\n{words}")
    click.echo(f"{len(CHECKS) - len(failed)} checks passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
