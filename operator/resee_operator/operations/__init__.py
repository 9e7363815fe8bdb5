"""What takes several passes: one pure module for each operation, and this registry of them.

They steer the pass of the deployment that they belong to, in this order, so that there is never a second
writer. A new operation is one new file and one line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from resee_operator.operations import (
    backup,
    checks,
    database_version,
    deletion,
    pooling,
    restore,
    rotation,
    upgrade,
)
from resee_operator.operations.base import Course, Live, Operation, SecretChange, StatusWrite
from resee_operator.stages import Resolved

OPERATIONS: tuple[Operation, ...] = (
    database_version,
    deletion,
    restore,
    pooling,
    backup,
    upgrade,
    rotation,
    checks,
)


def steer(
    resolved: Resolved, live: Live, now: datetime, operations: Sequence[Operation] = OPERATIONS
) -> Course:
    """What a pass does for a deployment, after every operation has had its say."""
    course = Course(resolved)
    for operation in operations:
        course = operation.steer(course, live, now)
    return course


__all__ = ["OPERATIONS", "Course", "Live", "Operation", "SecretChange", "StatusWrite", "steer"]
