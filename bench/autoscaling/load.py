"""Requests a second over a week: users sleep at night, and now and then come all at once."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

STEP: Final = 15
"""Seconds between two moments: the HorizontalPodAutoscaler's own period."""
DAY: Final = 24 * 3600
WEEK: Final = 7 * DAY
NIGHT, DAYTIME = 1.0, 90.0
"""Requests a second at 4:30 and at 21:00 on a workday. The architecture's 1,000,000 requests a day, from
which on a move to Production is needed, are 11.6 a second on average; this week's average is twice that."""
WEEKEND: Final = 0.6
BURSTS: Final = 14
"""Bursts in a week, twice a day: a reminder goes out to everybody, or a school class begins at once."""


@dataclass(frozen=True)
class Burst:
    """For `length` seconds from `start` on, `height` times the load of a workday's noon more."""

    start: float
    length: float
    height: float

    def share(self, now: float) -> float:
        """What it adds at a moment: up within a minute, down within two."""
        if not self.start <= now < self.start + self.length + 120:
            return 0.0
        rise = (now - self.start) / 60
        fall = 1 - (now - self.start - self.length) / 120
        return self.height * max(0.0, min(1.0, rise, fall))


def bursts(seed: int) -> list[Burst]:
    """The bursts of a week; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [
        Burst(chance.uniform(0, WEEK), chance.choice((60, 300, 900, 1800)), chance.uniform(0.5, 2.0))
        for _ in range(BURSTS)
    ]


def week(seed: int = 1, length: int = WEEK) -> list[float]:
    """Requests a second, one figure for each step."""
    peaks, noise = bursts(seed), random.Random(seed + 1)  # noqa: S311 - no secret
    return [_at(now, peaks) * noise.uniform(0.9, 1.1) for now in range(0, length, STEP)]


def _at(now: float, peaks: list[Burst]) -> float:
    hour = now % DAY / 3600
    wave = (1 + math.cos(2 * math.pi * (hour - 16.5) / 24)) / 2
    evening = math.exp(-(((hour - 21) / 1.5) ** 2))
    shape = min(1.0, 0.55 * math.pow(wave, 1.5) + 0.5 * evening)
    day = NIGHT + (DAYTIME - NIGHT) * shape * (WEEKEND if now // DAY >= 5 else 1.0)
    return day + DAYTIME * 0.55 * sum(burst.share(now) for burst in peaks)
