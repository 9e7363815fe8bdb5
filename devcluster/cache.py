"""Things made once: a file or folder appears in the cache whole, under the hash of what it is made of.

Whoever makes one holds its lock; a second caller waits and finds it made.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from devcluster import paths

_KEY_LENGTH = 12
_UNFINISHED = ".part"
_LONGEST_BUILD = timedelta(hours=1)


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
        used(kept)
        return kept
    with locked(kept.with_name(f"{kept.name}.lock")):
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix=f"{_UNFINISHED}-", dir=kept.parent) as part:
                fresh = Path(part) / kept.name
                make(fresh)
                fresh.rename(kept)
    return kept


def used(kept: Path) -> None:
    """Note that an entry is in use now, for `prune`."""
    with suppress(OSError):  # another user's cache may be read only
        os.utime(kept)


def prune(kind: str, keep: int, young: timedelta) -> list[str]:
    """Remove entries of one kind but the `keep` last used of each name and those used within `young`.

    An entry is called NAME-HASH, or HASH alone where there is one name only. What a killed maker has left of
    one goes too. Returns the removed entries' names.
    """
    names: defaultdict[str, list[Path]] = defaultdict(list)
    for entry in (paths.cache_dir() / kind).glob("*"):
        if entry.suffix != ".lock" and entry.name != ".lock":
            names[entry.name.rpartition("-")[0]].append(entry)
    removed = []
    for name, entries in names.items():
        entries.sort(key=_last_use, reverse=True)
        for entry in entries if name == _UNFINISHED else entries[keep:]:
            if time.time() - _last_use(entry) > max(young, _LONGEST_BUILD).total_seconds():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
                removed.append(f"{kind}/{entry.name}")
    return removed


def _last_use(entry: Path) -> float:
    return entry.stat().st_mtime


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a file's lock against other threads and commands; the kernel frees it when a process ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
