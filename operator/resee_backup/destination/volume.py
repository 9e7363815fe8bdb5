"""A mounted volume: a temporary name, fsync, then rename, so that a name never stands for half a file."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from resee_backup.destination.base import NotStored, Stored
from resee_backup.errors import BackupError, Reason, TransientError, UserError

CHUNK = 1024 * 1024
UNFINISHED = ".part"


class Volume:
    """A folder that exists already: a missing one means that the volume is not mounted."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self.url = f"file://{self.root}"

    def write(self, key: str, chunks: Iterable[bytes], expected_size: int) -> None:
        """See `Destination.write`; the estimate is not needed here."""
        del expected_size
        path = self.root / key
        with self._translated(path):
            self._require_mounted()
            self._make_folder(path.parent)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
        try:
            self._fill(unfinished, chunks, path)
            with self._translated(path):
                unfinished.rename(path)
                _sync(path.parent)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise

    def _fill(self, unfinished: Path, chunks: Iterable[bytes], final: Path) -> None:
        with self._translated(final):
            file = unfinished.open("xb", buffering=0)
        with file:
            for chunk in chunks:
                with self._translated(final):
                    _write_all(file.fileno(), chunk)
            with self._translated(final):
                os.fsync(file.fileno())

    def put(self, key: str, data: bytes, *, lasting: bool = False) -> None:
        """See `Destination.put`; a volume has no locks."""
        del lasting
        self.write(key, iter([data]), len(data))

    def get(self, key: str) -> bytes:
        """See `Destination.get`."""
        return b"".join(self.read(key))

    def read(self, key: str) -> Iterator[bytes]:
        """See `Destination.read`."""
        path = self.root / key
        if not path.exists():
            raise NotStored(key)
        with self._translated(path), path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def stored(self, prefix: str) -> Iterator[Stored]:
        """See `Destination.stored`."""
        for path in self._files(prefix):
            if not path.name.endswith(UNFINISHED):
                about = path.stat()
                modified = datetime.fromtimestamp(about.st_mtime, UTC)
                yield Stored(path.relative_to(self.root).as_posix(), about.st_size, modified)

    def _files(self, prefix: str) -> list[Path]:
        with self._translated(self.root):
            self._require_mounted()
            found = sorted((self.root / prefix).rglob("*"))
            return [path for path in found if path.is_file() and not path.is_symlink()]

    def delete(self, key: str) -> None:
        """See `Destination.delete`; a folder goes with its last file."""
        path = self.root / key
        with self._translated(path):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def clear_unfinished(self, prefix: str, before: datetime) -> int:
        """See `Destination.clear_unfinished`."""
        old = [
            path
            for path in self._files(prefix)
            if path.name.endswith(UNFINISHED) and path.stat().st_mtime < before.timestamp()
        ]
        for path in old:
            self.delete(path.relative_to(self.root).as_posix())
        return len(old)

    def _require_mounted(self) -> None:
        if not self.root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "no such folder", str(self.root))

    def _make_folder(self, folder: Path) -> None:
        for missing in reversed([p for p in (folder, *folder.parents) if not p.exists()]):
            missing.mkdir(mode=0o750, exist_ok=True)
            _sync(missing.parent)

    @contextmanager
    def _translated(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _meaning(error, path) from error


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _meaning(error: OSError, path: Path) -> BackupError:
    what = f"The volume says: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        remedy = "Enlarge the volume or keep fewer backups; nothing half-written was left."
        return UserError(Reason.DESTINATION_FULL, what, where=str(path), remedy=remedy)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
        remedy = "Mount the volume there, writable for the user that this program runs as."
        return UserError(Reason.DESTINATION_REFUSED, what, where=str(path), remedy=remedy)
    remedy = "Look at the node's and the volume's health; it is tried again with the next run."
    return TransientError(Reason.DESTINATION_UNREACHABLE, what, where=str(path), remedy=remedy)
