"""The cache of built programs: `ensure("kube")` returns a path, building first where the inputs are new.

A program's folder carries the hash of everything it is made of. It is built beside its final place and
renamed into it, under a lock, so that a reader never sees half a program and two builders never build twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from devcluster import gobuild, paths
from devcluster.programs import Program, find
from devcluster.progress import Progress

_HASH_DIGITS = 12


def ensure(name: str, progress: Progress | None = None) -> Path:
    """The path of one program (or of an alias such as "kubectl"), built when it is not in the cache."""
    return ensure_all([name], progress)[name]


def ensure_all(names: Iterable[str], progress: Progress | None = None) -> dict[str, Path]:
    """The paths of several programs; those that are missing are built together.

    Raises UsageError without a Go compiler, ClusterError when a build fails.
    """
    wanted = {name: find(name) for name in names}
    programs = list(dict.fromkeys(wanted.values()))
    with _lock(_bin_dir()) if _missing(programs) else _nothing():
        missing = _missing(programs)
        if missing:
            _build(missing, progress or Progress.silent())
    return {name: _folder(program) / name for name, program in wanted.items()}


def content_hash(program: Program) -> str:
    """Hash of the program's inputs: its module's locks and sources, the flags and the compiler's version."""
    module = paths.GO_MODULE / program.module
    digest = hashlib.sha256()
    for part in (gobuild.compiler_version(), program.package, *program.stamp, *gobuild.FLAGS):
        digest.update(part.encode() + b"\0")
    for file in [module / "go.mod", module / "go.sum", *_sources(module, program)]:
        digest.update(file.relative_to(module).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:_HASH_DIGITS]


def _sources(module: Path, program: Program) -> list[Path]:
    """Our own sources that the program may be made of; a program of another's module has none."""
    if not program.package.startswith("./"):
        return []
    folders = [module / program.package, module / "internal"]
    files = (file for folder in folders for file in folder.rglob("*.go"))
    return sorted(file for file in files if not file.name.endswith("_test.go"))


def _bin_dir() -> Path:
    return paths.cache_dir() / "bin"


@cache
def _folder(program: Program) -> Path:
    return _bin_dir() / f"{program.name}-{content_hash(program)}"


def _missing(programs: Iterable[Program]) -> list[Program]:
    return [program for program in programs if not _folder(program).is_dir()]


def _build(programs: list[Program], progress: Progress) -> None:
    with tempfile.TemporaryDirectory(dir=_bin_dir(), prefix="building-") as work:
        for module in dict.fromkeys(program.module for program in programs):
            group = [program for program in programs if program.module == module]
            gobuild.build(paths.GO_MODULE / module, group, Path(work), progress)
        for program in programs:
            _publish(program, Path(work) / program.name)


def _publish(program: Program, binary: Path) -> None:
    folder = binary.with_suffix(".new")
    folder.mkdir()
    shutil.move(binary, folder / program.name)
    for alias in program.aliases:
        (folder / alias).symlink_to(program.name)
    folder.rename(_folder(program))


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel releases it when the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _nothing() -> Iterator[None]:
    yield
