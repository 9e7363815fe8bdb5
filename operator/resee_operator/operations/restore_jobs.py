"""The Jobs of a restore: one for each phase that does something to the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resee_operator import quantity
from resee_operator.api.data import DatabaseProvider
from resee_operator.api.requests import RestorePhase
from resee_operator.components import backup
from resee_operator.components.backup_program import COMPONENT, Place, job, pod
from resee_operator.components.base import Manifest
from resee_operator.components.jobs import Run, run_of
from resee_operator.components.pods import Pod, digest
from resee_operator.operations.base import Live
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import Restore

WITH_JOBS: Final = (
    RestorePhase.CHECKING,
    RestorePhase.SAVING,
    RestorePhase.RESTORING,
    RestorePhase.SWAPPING,
)
"""In the order in which they come."""

LATEST: Final = "latest"
"""What a user writes for the newest verified backup."""
NEWEST: Final = "latest-verified"
"""What the program calls it."""

_RETRIES: Final = {RestorePhase.SWAPPING: 6}
"""Further attempts: an exchange that was made and not reported is told from one that was not by asking
again."""
_RETRIES_ELSE: Final = 2


@dataclass(frozen=True, slots=True)
class Jobs:
    """The Jobs of one restore.

    Args:
        uid: identity of the request.
        source: what is restored, from where.
        initial: whether a new deployment begins with it.
        backup: identifier of the backup; empty until it is known.
    """

    resolved: Resolved
    uid: str
    source: Restore
    initial: bool
    backup: str

    def name(self, phase: RestorePhase) -> str:
        """Name of the Job of a phase."""
        return self.resolved.child(f"restore-{self._short}-{phase.lower()}")

    @property
    def database(self) -> str:
        """Name of the new database."""
        return f"resee_restore_{self._short}"

    def manifest(self, phase: RestorePhase) -> Manifest:
        """The Job of a phase."""
        made = backup.dump(self.resolved) if phase is RestorePhase.SAVING else self._pod(phase)
        return job(self.resolved, self.name(phase), made, _RETRIES.get(phase, _RETRIES_ELSE))

    def run(self, phase: RestorePhase, live: Live) -> Run:
        """How the Job of a phase fares."""
        return run_of(live, self.name(phase), COMPONENT)

    @property
    def _short(self) -> str:
        return digest(self.uid)[:8]

    def _pod(self, phase: RestorePhase) -> Pod:
        place = Place(self.source.destination, self.source.name)
        return pod(self.resolved, self._arguments(phase), place, env=self._volume())

    def _arguments(self, phase: RestorePhase) -> tuple[str, ...]:
        # Another server may lack the roles of the old one; whoever connects owns everything then.
        owner = ("--owner", "current" if self.initial or self.source.foreign else "keep")
        if phase is RestorePhase.CHECKING:
            named = NEWEST if self.source.backup == LATEST else self.backup
            return ("preflight", named, *owner, *(("--only-into-empty",) if self.initial else ()))
        if phase is RestorePhase.RESTORING:
            return ("restore", self.backup, "--into", self.database, *owner)
        return ("swap", self.database)

    def _volume(self) -> list[Manifest]:
        """The space that there is, where the operator made the volume."""
        database = self.resolved.database
        if database.provider == DatabaseProvider.EXTERNAL:
            return []
        size = int(quantity.parse(database.volume.size))
        return [{"name": "BACKUP_DATABASE_VOLUME_BYTES", "value": str(size)}]
