"""The time, as a pass asks for it; tests move their own."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The time, as a pass asks for it."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time of day in UTC, which an operation compares with what the status remembers."""
        return datetime.now(UTC)
