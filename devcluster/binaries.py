"""The cache of built programs: `ensure("kube")` returns a path, building first where the inputs are new.

A program's folder carries the hash of everything it is made of. It is built beside its final place and
renamed into it, under a lock, so that a reader never sees half a program and two builders never build twice.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from devcluster import cache, gobuild, paths
from devcluster.programs import Program, find
from devcluster.progress import Progress


def ensure(name: str, progress: Progress | None = None) -> Path:
    """The path of one program (or of an alias such as "kubectl"), built when it is not in the cache."""
    return ensure_all([name], progress)[name]


def ensure_all(names: Iterable[str], progress: Progress | None = None) -> dict[str, Path]:
    """The paths of several programs; those that are missing are built together.

    Raises UsageError without a Go compiler, ClusterError when a build fails.
    """
    wanted = {name: find(name) for name in names}
    programs = list(dict.fromkeys(wanted.values()))
    if _missing(programs):
        with cache.locked(_bin_dir() / ".lock"):
            _build(_missing(programs), progress or Progress.silent())
    for program in programs:
        cache.used(_folder(program))
    return {name: _folder(program) / name for name, program in wanted.items()}


def content_hash(program: Program) -> str:
    """Hash of the program's inputs: the module's locks, our sources, the flags and the compiler's version."""
    module = program.folder
    inputs = (gobuild.compiler_version(), program.package, *program.stamp, *program.tags, *gobuild.FLAGS)
    files = [module / "go.mod", module / "go.sum", *_sources(program)]
    return cache.key(*inputs, cache.tree_key(module, files))


def _sources(program: Program) -> list[Path]:
    """Our own sources that the program is made of; one of another module has none."""
    if not program.package.startswith("./"):
        return []
    files = (program.folder / program.package).rglob("*.go")
    return [file for file in files if not file.name.endswith("_test.go")]


def _bin_dir() -> Path:
    return paths.cache_dir() / "bin"


@lru_cache
def _folder(program: Program) -> Path:
    return _bin_dir() / f"{program.name}-{content_hash(program)}"


def _missing(programs: Iterable[Program]) -> list[Program]:
    return [program for program in programs if not _folder(program).is_dir()]


def _build(programs: list[Program], progress: Progress) -> None:
    """Build and publish; each run of the compiler uses all cores, so the runs follow each other."""
    modules = dict.fromkeys(program.module for program in programs)
    shared = [program for program in programs if not program.alone]
    runs = [[program for program in shared if program.module == module] for module in modules]
    runs += [[program] for program in programs if program.alone]
    for together in filter(None, runs):
        with tempfile.TemporaryDirectory(dir=_bin_dir(), prefix=".part-") as work:
            gobuild.build(together, Path(work), progress)
            for program in together:
                _publish(program, Path(work) / program.binary)


def _publish(program: Program, binary: Path) -> None:
    folder = binary.with_suffix(".new")
    folder.mkdir()
    binary.rename(folder / program.name)
    for alias in program.aliases:
        (folder / alias).symlink_to(program.name)
    folder.rename(_folder(program))
