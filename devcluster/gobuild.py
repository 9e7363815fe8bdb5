"""One run of the Go compiler, with its progress shown.

No cgo, so that the programs run in an image without libc. No DWARF, since nobody debugs them here: it would
cost an eighth of the compile time and a quarter of the compiler's cache.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from devcluster.errors import ClusterError, UsageError
from devcluster.programs import Program
from devcluster.progress import Progress

FLAGS = ("-trimpath", "-mod=readonly", "-buildvcs=false", "-gcflags=all=-dwarf=false")
_LINK_FLAGS = ("-s", "-w")


@cache
def compiler_version() -> str:
    """Such as "go version go1.26.8 linux/amd64"; raises UsageError where Go is missing."""
    return _run_go("version", cwd=Path("/")).strip()


def build(programs: Sequence[Program], target: Path, progress: Progress) -> None:
    """Build programs of one module into `target`, one file each; raises ClusterError when Go refuses."""
    first = programs[0]
    if first.versioned:
        _install(first, target, progress)
        return
    stamp = list(dict.fromkeys(flag for program in programs for flag in program.stamp))
    packages = [program.package for program in programs]
    label = ", ".join(program.name for program in programs)
    total = len(_run_go("list", "-deps", *packages, cwd=first.folder).splitlines())
    argv = [compiler(), "build", "-v", *FLAGS, "-ldflags", " ".join([*_LINK_FLAGS, *stamp])]
    with progress.step(f"Building {label}", total) as step:
        output: list[str] = []
        with subprocess.Popen(
            [*argv, "-o", f"{target}/", *packages],
            cwd=first.folder,
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stderr is not None
            for line in running.stderr:
                output.append(line)
                step.advance(line.strip())
        if running.returncode != 0:
            message = f"Building {label} failed:\n{''.join(output[-20:]).strip()}"
            raise ClusterError(message, f"See the sources in {first.folder}.")


def _install(program: Program, target: Path, progress: Progress) -> None:
    """Build one program in the module of its own."""
    flags = [flag for flag in FLAGS if not flag.startswith("-mod")]
    if program.tags:
        flags += ["-tags", ",".join(program.tags)]
    with progress.step(f"Building {program.name}"):
        _run_go(
            *("install", *flags, "-ldflags", " ".join(_LINK_FLAGS), program.package),
            cwd=Path("/"),
            variables={"GOBIN": str(target)},
        )


def requirement(program: Program, module: str) -> Path:
    """The folder of a module that the program's own requires, fetched where the machine lacks it."""
    told = _run_go("mod", "download", "-json", module, cwd=program.folder)
    return Path(json.loads(told)["Dir"])


def compiler() -> str:
    """The path of the Go compiler; raises UsageError where there is none."""
    found = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if not found:
        raise UsageError("The Go compiler is missing.", "Install Go 1.26 or newer and put it into PATH.")
    return found


def _environment() -> dict[str, str]:
    """The user's own variables first. The compiler spends a fifth of its time on collecting garbage unless it
    is told that memory is cheap; the limit keeps two of them within a machine of 8 GiB.
    """
    return {"GOGC": "400", "GOMEMLIMIT": "2GiB", **os.environ, "CGO_ENABLED": "0"}


def _run_go(*args: str, cwd: Path, variables: Mapping[str, str] | None = None) -> str:
    environment = {**_environment(), **(variables or {})}
    done = subprocess.run(
        [compiler(), *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ClusterError(f"go {args[0]} failed:\n{done.stderr.strip()}", f"See the sources in {cwd}.")
    return done.stdout
