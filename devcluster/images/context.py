"""A build context: which files of this machine appear where inside an image build, and the hash of them all.

A context is streamed to the engine as a tar file, so nothing is copied on the way, and it is named by its
content: the same files give the same hash on every machine, whatever their owners, times or umask.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Leavings of tools and code that never runs in an image.
LEFT_OUT = frozenset(
    {
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".venv",
        "node_modules",
        "dist",
        "staticfiles",
        "tests",
    }
)


@dataclass(frozen=True)
class Tree:
    """A file or folder of this machine and its place in the context.

    ``key`` stands for the content where the folder is itself named by the hash of what it was made from; the
    files are then not read for the hash, and none of them is left out.
    """

    source: Path
    target: str
    key: str | None = None

    def files(self) -> Iterator[tuple[Path, str]]:
        """Yield each file with its place in the context, in one order on every machine."""
        if self.source.is_file():
            yield self.source, self.target
            return
        for path in sorted(self.source.rglob("*")):
            inside = path.relative_to(self.source)
            if path.is_dir() or (self.key is None and _left_out(inside)):
                continue
            yield path, f"{self.target}/{inside.as_posix()}"


@dataclass(frozen=True)
class Context:
    """Everything that one ``docker build`` sees; ``Dockerfile`` lies at its top."""

    dockerfile: Path
    trees: tuple[Tree, ...]

    def digest(self) -> str:
        """Return the SHA-256 of the Dockerfile and all files: paths, execute bits, contents."""
        state = hashlib.sha256()
        for tree in (Tree(self.dockerfile, "Dockerfile"), *self.trees):
            state.update(tree_digest(tree).encode())
        return state.hexdigest()

    def write(self, stream: IO[bytes]) -> None:
        """Write the context to ``stream`` as an uncompressed tar file."""
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for tree in (Tree(self.dockerfile, "Dockerfile"), *self.trees):
                for path, name in tree.files():
                    _add(archive, path, name)


def tree_digest(tree: Tree) -> str:
    """Return the SHA-256 of one tree, or of its key where it has one."""
    state = hashlib.sha256(f"{tree.target}\0{tree.key or ''}\0".encode())
    if tree.key is None:
        for path, name in tree.files():
            state.update(f"{name}\0{_mode(path):o}\0".encode())
            state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def _left_out(inside: Path) -> bool:
    return inside.suffix == ".pyc" or not LEFT_OUT.isdisjoint(inside.parts)


def _mode(path: Path) -> int:
    return 0o755 if path.stat().st_mode & 0o100 else 0o644


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    entry = tarfile.TarInfo(name)
    facts = path.stat()
    entry.size, entry.mode = facts.st_size, _mode(path)
    # Real times: nginx makes its ETag from a file's time and size.
    entry.mtime = int(facts.st_mtime)
    with path.open("rb") as content:
        archive.addfile(entry, content)
