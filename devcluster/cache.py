"""Things made once: a file or folder appears in the cache whole, under the hash of what it is made of.

Whoever makes one holds its lock; a second caller waits and finds it made.
"""

from __future__ import annotations

import fcntl
import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devcluster import paths

_KEY_LENGTH = 12


def key(*inputs: str | bytes) -> str:
    """A short hash of the inputs, in their order."""
    digest = hashlib.sha256()
    for part in inputs:
        digest.update((part.encode() if isinstance(part, str) else part) + b"\0")
    return digest.hexdigest()[:_KEY_LENGTH]


def tree_key(root: Path, files: Iterable[Path]) -> str:
    """A short hash of the files' names under `root`, their modes and contents."""
    parts: list[str | bytes] = []
    for file in sorted(files):
        parts += [file.relative_to(root).as_posix(), oct(file.stat().st_mode), file.read_bytes()]
    return key(*parts)


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The cache's entry `name`; where it is missing, `make` writes it at the path that it is given."""
    kept = paths.cache_dir() / name
    if kept.exists():
        return kept
    with locked(kept.with_name(f"{kept.name}.lock")):
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix=".part-", dir=kept.parent) as part:
                fresh = Path(part) / kept.name
                make(fresh)
                fresh.rename(kept)
    return kept


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file's lock against other threads and commands; the kernel frees it when a process ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
