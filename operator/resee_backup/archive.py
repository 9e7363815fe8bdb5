"""Reading an archive back: never without comparing it with its manifest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager

from resee_backup.age import SUFFIX, decrypt
from resee_backup.catalogue import Catalogue
from resee_backup.destination import NotStored
from resee_backup.manifest import File, Manifest
from resee_backup.stream import Meter, damaged, decompress
from resee_backup.tools import Child

MIB = 1024 * 1024

logger = logging.getLogger(__name__)


def checked(catalogue: Catalogue, manifest: Manifest, file: File) -> Iterator[bytes]:
    """A stored file, chunk by chunk; at its end size and SHA-256 are compared with the manifest.

    Raises:
        UserError: the file is missing, or is not the one that was written.
    """
    key = catalogue.key(manifest.id, file.name)
    where = f"{catalogue.destination.url}/{key}"
    meter = Meter(lambda done: logger.info("read %d of %d MiB", done // MIB, file.size_bytes // MIB))
    try:
        yield from meter.through(catalogue.destination.read(key))
    except NotStored:
        raise damaged("the file is missing", where) from None
    if meter.size != file.size_bytes:
        raise damaged(f"it has {meter.size} bytes instead of {file.size_bytes}", where)
    if meter.sha256 != file.sha256:
        raise damaged("its SHA-256 is not the manifest's", where)


@contextmanager
def _opened(
    stored: Iterator[bytes], catalogue: Catalogue, file: File, where: str
) -> Iterator[Iterator[bytes]]:
    """What was compressed; `stored` can be read on after the block."""
    if not file.name.endswith(SUFFIX):
        yield stored
        return
    with closing(decrypt(stored, catalogue.identities, where)) as clear:
        yield clear


def feed(child: Child, catalogue: Catalogue, manifest: Manifest) -> None:
    """Give the archive to a pg_restore that reads its standard input, and wait for its verdict.

    Raises:
        BackupError: the archive is damaged - which is said even where pg_restore stumbled over it first - or
            pg_restore failed.
    """
    stored = checked(catalogue, manifest, manifest.archive)
    where = f"{catalogue.url(manifest.id)}/{manifest.archive.name}"
    with _opened(stored, catalogue, manifest.archive, where) as packed:
        try:
            for chunk in decompress(packed, where):
                child.take(chunk)
        except BrokenPipeError:
            logger.info("%s ended before the archive did; reading on to check it", child.name)
    for _ in stored:
        pass
    child.finish()
