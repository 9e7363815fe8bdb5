"""What was measured lately, for averages over minutes: bounded, and honest about what is missing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 600.0
"""Seconds that are remembered: the longest window of the rule."""
GAP: Final = 90.0
"""Seconds between two samples, or since the last one, from which on an average would be a guess: three
rounds of metrics-server's 15 to 30 seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement.

    Args:
        at: seconds on a monotonic clock.
        total: sum over all Pods.
        whole: whether every Pod that should be measured was; what is not whole is a lower bound.
    """

    at: float
    total: float
    whole: bool = True


class History:
    """The samples of the last ten minutes, oldest first."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()

    def add(self, sample: Sample) -> None:
        """Remember a sample, and forget those that no window reaches. Times only go up."""
        self._samples.append(sample)
        while len(self._samples) > 1 and self._samples[1].at <= sample.at - LONGEST:
            self._samples.popleft()

    def mean(self, now: float, window: float, *, whole: bool = False) -> float | None:
        """Average over the last `window` seconds, each sample counting for the time since the one before.

        Args:
            now: on the samples' clock.
            window: seconds.
            whole: ask for whole samples only.

        Returns:
            None where the samples do not cover the window, or, with `whole`, where one of them is not whole.
        """
        start, area, until = now - window, 0.0, now - window
        before: Sample | None = None
        for sample in self._samples:
            if sample.at > start:
                if before is None or sample.at - before.at > GAP or (whole and not sample.whole):
                    return None
                area += sample.total * (sample.at - until)
                until = sample.at
            before = sample
        if before is None or now - before.at > GAP or until <= start:
            return None
        return area / (until - start)

    def __len__(self) -> int:
        return len(self._samples)
