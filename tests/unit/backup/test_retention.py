"""Retention: examples that people can check by hand, and properties that hold for any history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from resee_backup.retention import Candidate, kept
from resee_backup.settings import Keep

NOTHING = Keep(last=0, daily=0, weekly=0, monthly=0)
START = datetime(2026, 1, 1, 3, tzinfo=UTC)


def nights(count: int, **flags: bool) -> list[Candidate]:
    """One backup a night at 03:00 UTC from 2026-01-01 (a Thursday); ids are n0, n1 and so on."""
    return [Candidate(f"n{day}", START + timedelta(days=day), **flags) for day in range(count)]


def keep(**rules: int) -> Keep:
    """Only these rules."""
    return Keep(**({"last": 0, "daily": 0, "weekly": 0, "monthly": 0} | rules))


def test_last_keeps_the_newest() -> None:
    assert kept(nights(10), keep(last=3)) == {"n9", "n8", "n7"}


def test_daily_keeps_the_newest_of_each_day() -> None:
    twice_a_day = [
        Candidate(f"{day}-{hour}", START + timedelta(days=day, hours=hour))
        for day in range(3)
        for hour in (0, 12)
    ]
    assert kept(twice_a_day, keep(daily=2)) == {"2-12", "1-12"}


def test_weekly_keeps_the_newest_of_each_iso_week() -> None:
    # 2026-01-01 is in week 1, whose Sunday is n3; n10 is the Sunday of week 2, n13 the newest of week 3.
    assert kept(nights(14), keep(weekly=3)) == {"n13", "n10", "n3"}


def test_weekly_does_not_split_a_week_at_new_year() -> None:
    days = [
        Candidate(name, datetime.fromisoformat(f"{name}T03:00Z")) for name in ("2025-12-31", "2026-01-01")
    ]
    assert kept(days, keep(weekly=5)) == {"2026-01-01"}


def test_monthly_keeps_the_newest_of_each_month() -> None:
    assert kept(nights(70), keep(monthly=3)) == {"n69", "n58", "n30"}


def test_the_newest_verified_stays_whatever_the_rules_say() -> None:
    history = [Candidate("good", START, verified=True), *nights(20)[1:]]
    assert "good" in kept(history, keep(last=1))


def test_a_damaged_backup_takes_no_place_and_goes_once_a_newer_one_is_verified() -> None:
    damaged = Candidate("damaged", START + timedelta(hours=1), damaged=True)
    before, after = (
        Candidate("n0", START, verified=True),
        Candidate("n1", START + timedelta(days=1), verified=True),
    )
    assert kept([before, damaged], keep(last=1)) == {"n0", "damaged"}
    assert kept([before, damaged, after], keep(last=1)) == {"n1"}


moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
states = st.sampled_from([(False, False), (True, False), (False, True)])
histories = st.lists(st.tuples(moments, states), max_size=40).map(
    lambda found: [Candidate(f"b{n}", at, *state) for n, (at, state) in enumerate(found)]
)
counts = st.integers(0, 5)
rules = st.builds(Keep, last=counts, daily=counts, weekly=counts, monthly=counts)


@given(histories, rules)
def test_the_newest_and_the_newest_verified_always_stay(history: list[Candidate], keep: Keep) -> None:
    stay = kept(history, keep)
    by_age = sorted(history, key=lambda backup: (backup.started, backup.id))
    verified = [backup for backup in by_age if backup.verified]
    assert {backup.id for backup in by_age[-1:] + verified[-1:]} <= stay


@given(histories, rules)
def test_no_more_stays_than_the_rules_name(history: list[Candidate], keep: Keep) -> None:
    good = {backup.id for backup in history if not backup.damaged}
    assert len(kept(history, keep) & good) <= keep.last + keep.daily + keep.weekly + keep.monthly + 2


@given(histories, rules)
def test_pruning_twice_is_pruning_once(history: list[Candidate], keep: Keep) -> None:
    stay = kept(history, keep)
    assert kept([backup for backup in history if backup.id in stay], keep) == stay


@given(histories, rules, rules)
def test_a_rule_that_keeps_more_never_loses_one(history: list[Candidate], one: Keep, two: Keep) -> None:
    more = Keep(
        last=max(one.last, two.last),
        daily=max(one.daily, two.daily),
        weekly=max(one.weekly, two.weekly),
        monthly=max(one.monthly, two.monthly),
    )
    assert kept(history, one) <= kept(history, more)


@given(histories, rules)
def test_the_order_of_listing_does_not_matter(history: list[Candidate], keep: Keep) -> None:
    assert kept(history, keep) == kept(list(reversed(history)), keep)
