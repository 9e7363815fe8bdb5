"""Which files at a destination are backups of one deployment, and the only code that writes or removes them.

<destination>/<name>/<id>/started.json        first: the folder is ours
                          database.dump.zst   the archive
                          globals.sql         roles, without passwords
                          ….age               the two, where they are encrypted
                          manifest.json       last: from here on it is a backup
                          verification.json   the outcome of the last full read
                          drill.json          the outcome of the last restore drill
"""

from __future__ import annotations

import logging
import re
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from resee_backup.age import SUFFIX, Identity
from resee_backup.destination import Destination
from resee_backup.errors import BackupError, Reason, UserError
from resee_backup.manifest import D, Manifest, Mark, Started, decode, encode, now

STARTED = "started.json"
ARCHIVE = "database.dump.zst"
GLOBALS = "globals.sql"
MANIFEST = "manifest.json"
VERIFICATION = "verification.json"
DRILL = "drill.json"
# In the order of removal: the manifest first, so that half-removed is no backup; the sign of ours last.
FILES = (
    *(MANIFEST, VERIFICATION, DRILL),
    *(name + suffix for name in (ARCHIVE, GLOBALS) for suffix in ("", SUFFIX)),
    STARTED,
)

ID = re.compile(r"(?P<moment>\d{8}T\d{6}Z)-[0-9a-f]{6}")
MOMENT = "%Y%m%dT%H%M%SZ"

logger = logging.getLogger(__name__)


def new_id(moment: datetime) -> str:
    """An identifier that sorts by time: 20260131T030000Z-1f2e3d."""
    return f"{moment.astimezone(UTC):{MOMENT}}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Record:
    """One folder of ours: a backup when it has a manifest, otherwise what an interrupted dump left."""

    id: str
    started: datetime
    files: frozenset[str]
    manifest: Manifest | None = None
    verification: Mark | None = None
    drill: Mark | None = None

    @property
    def verified(self) -> bool:
        """Whether it is a backup that the last full read found whole."""
        return self.manifest is not None and self._outcome == "passed"

    @property
    def damaged(self) -> bool:
        """Whether the last full read found it damaged."""
        return self._outcome == "failed"

    @property
    def _outcome(self) -> str:
        return "" if self.verification is None else self.verification.outcome


class Catalogue:
    """The backups of one deployment at one destination."""

    def __init__(self, destination: Destination, name: str, identities: Sequence[Identity] = ()) -> None:
        self.destination = destination
        self.name = name
        self.identities = identities

    def key(self, backup: str, file: str) -> str:
        """The key of one file of one backup."""
        return f"{self.name}/{backup}/{file}"

    def url(self, backup: str) -> str:
        """Where a backup lies, for people."""
        return f"{self.destination.url}/{self.name}/{backup}"

    @contextmanager
    def begun(self) -> Iterator[Started]:
        """A new folder that disappears again when the block raises, whatever was written into it."""
        moment = now()
        started = Started(id=new_id(moment), name=self.name, started=moment)
        try:
            self.destination.put(self.key(started.id, STARTED), encode(started))
            yield started
        except BaseException:
            self._discard(started.id)
            raise

    def _discard(self, backup: str) -> None:
        try:
            self._delete_files(backup)
        except BackupError as error:
            logger.warning("an unfinished backup stays until prune removes it: %s", error)

    def publish(self, manifest: Manifest) -> None:
        """Write the manifest: the one step that makes a backup."""
        self.destination.put(self.key(manifest.id, MANIFEST), encode(manifest), lasting=True)

    def mark(self, file: str, mark: Mark) -> None:
        """Write the outcome of a verification or a drill beside the manifest."""
        self.destination.put(self.key(mark.id, file), encode(mark))

    def records(self) -> list[Record]:
        """All folders of ours, newest first. One whose documents cannot be read counts as not ours."""
        files: defaultdict[str, set[str]] = defaultdict(set)
        for stored in self.destination.stored(f"{self.name}/"):
            backup, _, file = stored.key.removeprefix(f"{self.name}/").partition("/")
            if ID.fullmatch(backup) and file in FILES:
                files[backup].add(file)
        found = [self._record(backup, frozenset(files[backup])) for backup in sorted(files, reverse=True)]
        return [record for record in found if record is not None]

    def _record(self, backup: str, files: frozenset[str]) -> Record | None:
        try:
            started = self._document(backup, STARTED, Started, files)
            manifest = self._document(backup, MANIFEST, Manifest, files)
            verification = self._document(backup, VERIFICATION, Mark, files)
            drill = self._document(backup, DRILL, Mark, files)
        except UserError as error:
            if error.reason is not Reason.MANIFEST_UNREADABLE:
                raise
            logger.warning("left alone: %s", error)
            return None
        owner = manifest or started
        if owner is None or (owner.id, owner.name) != (backup, self.name):
            logger.warning("left alone: %s holds no document of this deployment", self.url(backup))
            return None
        return Record(backup, owner.started, files, manifest, verification, drill)

    def _document(self, backup: str, file: str, kind: type[D], files: frozenset[str]) -> D | None:
        if file not in files:
            return None
        key = self.key(backup, file)
        return decode(self.destination.get(key), kind, f"{self.destination.url}/{key}")

    def find(self, wanted: str) -> tuple[Record, Manifest]:
        """A finished backup: by id, `latest`, or `latest-verified`.

        Raises:
            UserError: there is none.
        """
        finished = [(record, record.manifest) for record in self.records() if record.manifest is not None]
        for record, manifest in finished:
            if wanted in (record.id, "latest") or (wanted == "latest-verified" and record.verified):
                return record, manifest
        raise UserError(
            Reason.BACKUP_NOT_FOUND,
            f"There is no finished backup {wanted!r} among {len(finished)}",
            where=self.url(""),
            remedy="Ask `list` for what there is; check BACKUP_DESTINATION and BACKUP_NAME.",
        )

    def remove(self, record: Record) -> None:
        """Remove the files of one backup, and nothing else of its folder."""
        self._delete_files(record.id)

    def clear_unfinished(self, before: datetime) -> int:
        """Remove the half-written files of dumps that were begun before and killed."""
        return self.destination.clear_unfinished(f"{self.name}/", before)

    def _delete_files(self, backup: str) -> None:
        for file in FILES:
            self.destination.delete(self.key(backup, file))
