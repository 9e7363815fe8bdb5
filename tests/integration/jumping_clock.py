"""The operator with a wall clock that a test sets: `python -m tests.integration.jumping_clock run`.

The clock is the system's plus the number of seconds in a file, which is read at each look at the clock. What
counts seconds (time.monotonic, CLOCK_BOOTTIME) goes on as it does on a machine whose date somebody sets.
"""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path
from typing import Self

_VARIABLE = "JUMPING_CLOCK"
_real_time = time.time


def _offset() -> float:
    return float(Path(os.environ[_VARIABLE]).read_text())


class _Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return cls.fromtimestamp(_real_time() + _offset(), tz)


def main() -> None:
    """Set the clock's place before the operator imports it, and run the operator."""
    datetime.datetime = _Jumping  # type: ignore[misc]
    time.time = lambda: _real_time() + _offset()
    from resee_operator.__main__ import main as operator

    operator()


if __name__ == "__main__":
    main()
