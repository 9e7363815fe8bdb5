"""Which backups stay: a pure function of when they were made, which are verified, and the rules."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from resee_backup.settings import Keep


@dataclass(frozen=True)
class Candidate:
    """What retention needs to know of one finished backup; `started` is in UTC.

    Args:
        verified: its last full read found it whole.
        damaged: its last full read found it damaged; neither, when it was never read.
    """

    id: str
    started: datetime
    verified: bool = False
    damaged: bool = False


def kept(candidates: Iterable[Candidate], keep: Keep) -> frozenset[str]:
    """The ids that stay: what any rule names, the newest, and the newest verified, whatever the rules say.

    A damaged backup takes no place of a good one, and goes as soon as a newer one is verified.
    """
    everything = sorted(candidates, key=_age, reverse=True)
    newest_first = [backup for backup in everything if not backup.damaged]
    verified = [backup for backup in newest_first if backup.verified][:1]
    rules: list[tuple[int, Callable[[Candidate], Hashable]]] = [
        (keep.last, lambda backup: backup.id),
        (keep.daily, lambda backup: backup.started.date()),
        (keep.weekly, lambda backup: backup.started.isocalendar()[:2]),
        (keep.monthly, lambda backup: (backup.started.year, backup.started.month)),
    ]
    stay = {backup.id for count, period in rules for backup in _newest_of_each(newest_first, period, count)}
    stay |= {backup.id for backup in everything[:1] + newest_first[:1] + verified}
    stay |= {b.id for b in everything if b.damaged and not (verified and _age(b) < _age(verified[0]))}
    return frozenset(stay)


def _age(backup: Candidate) -> tuple[datetime, str]:
    return backup.started, backup.id


def _newest_of_each(
    newest_first: list[Candidate], period: Callable[[Candidate], Hashable], count: int
) -> list[Candidate]:
    chosen: dict[Hashable, Candidate] = {}
    for backup in newest_first:
        chosen.setdefault(period(backup), backup)
    return list(chosen.values())[:count]
