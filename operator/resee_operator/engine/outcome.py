"""What a pass came to: a reason for machines and tests, and one sentence for people.

Log line, condition and Event say the same sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class OutcomeReason(StrEnum):
    """Why a pass ended as it did."""

    IN_SYNC = "InSync"
    CHANGED = "Changed"
    WAITING = "Waiting"
    BLOCKED = "Blocked"
    INVALID = "InvalidSpec"
    REFUSED = "ChangeRefused"
    REJECTED = "WriteRejected"
    FAILED = "Failed"
    NOT_LEADING = "NotLeading"
    DELETED = "Deleted"


_RETRIED = frozenset({OutcomeReason.FAILED, OutcomeReason.REJECTED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one pass.

    Args:
        reason: why it ended so.
        sentence: the same for people.
        changed: what was written, one phrase for each object.
        repaired: kinds of the objects that somebody else had changed or deleted.
    """

    reason: OutcomeReason
    sentence: str
    changed: Sequence[str] = ()
    repaired: Sequence[str] = ()

    @property
    def retried(self) -> bool:
        """Whether the key backs off and is tried again. All others wait until something changes."""
        return self.reason in _RETRIED
