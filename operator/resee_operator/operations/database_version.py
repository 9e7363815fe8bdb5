"""Another major version of PostgreSQL than the data's is refused and never started upon.

A server of another major version does not start on the volume, and the way there is a dump and a restore.
Until then the image that ran stays.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from resee_operator.api.data import DatabaseProvider
from resee_operator.components.base import Reason, Verdict
from resee_operator.operations.base import Course, Live

NAME = "database-version"

_MAJOR: Final = re.compile(r":v?(\d+)(?=[.@_-]|$)")
_OLDEST: Final = 10
"""Since PostgreSQL 10 the first number is the major version; a lower one is somebody's own numbering."""
_OURS: Final = frozenset({DatabaseProvider.STATEFUL_SET, DatabaseProvider.PATRONI})


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Keep the image that ran where the wanted one is of another major version."""
    status = (live.resee or {}).get("status") or {}
    ran = (status.get("images") or {}).get("postgres")
    images = course.resolved.images
    if course.resolved.database.provider not in _OURS or not ran or ran == images.postgres:
        return course
    old, new = major(ran), major(images.postgres)
    if old is None or new is None or old == new:
        return course
    message = (
        f"the data is of PostgreSQL {old}, and {images.postgres} is {new}, which cannot read it: set "
        f"spec.images.postgres to an image of {old}, or restore a backup into a new deployment with {new}; "
        f"{ran} runs on"
    )
    return course.further(
        resolved=replace(course.resolved, images=replace(images, postgres=ran)),
        verdicts={NAME: Verdict(False, Reason.VERSION_REFUSED, message)},
        notes=[f"refused: {message}"],
    )


def major(image: str) -> int | None:
    """The major version in an image's tag, None where the tag does not begin with one of PostgreSQL's."""
    found = _MAJOR.search(image.rpartition("/")[2])
    return int(found[1]) if found and int(found[1]) >= _OLDEST else None
