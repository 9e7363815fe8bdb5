"""Comparing a restored database with its manifest: every difference is named, and equality has none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resee_backup.content import MIB, Relation, differences, those_of, up_to
from resee_backup.manifest import Table

tables = st.dictionaries(
    st.sampled_from(["a.t", "a.u", "b.t", "b.u"]),
    st.builds(Table, rows=st.integers(0, 3), checksum=st.sampled_from([None, "1", "2"])),
)


def relation(name: str, mib: int = 0) -> Relation:
    """A table of schema a."""
    return Relation("a", name, mib * MIB, ("id",))


@given(tables)
def test_what_is_equal_has_no_difference(same: dict[str, Table]) -> None:
    assert differences(same, dict(same)) == []


@given(tables, tables)
def test_other_tables_or_rows_never_pass(expected: dict[str, Table], found: dict[str, Table]) -> None:
    def counted(side: dict[str, Table]) -> dict[str, int]:
        return {name: table.rows for name, table in side.items()}

    if counted(expected) != counted(found):
        assert differences(expected, found)


def test_each_difference_is_named() -> None:
    expected = {"a.gone": Table(rows=1), "a.less": Table(rows=2), "a.other": Table(rows=3, checksum="7")}
    found = {"a.less": Table(rows=1), "a.other": Table(rows=3, checksum="8"), "a.new": Table(rows=0)}
    assert differences(expected, found) == [
        "a.gone is missing",
        "a.less has 1 rows instead of 2",
        "a.new is not in the manifest",
        "a.other has other content in its 3 rows",
    ]


def test_a_table_that_was_not_hashed_is_compared_by_its_rows() -> None:
    assert differences({"a.t": Table(rows=3)}, {"a.t": Table(rows=3, checksum="8")}) == []


def test_tables_up_to_the_limit_are_hashed() -> None:
    assert up_to(64)(relation("t", 64))
    assert not up_to(64)(relation("t", 65))
    assert not up_to(0)(relation("t", 0))


def test_a_comparison_hashes_what_the_manifest_holds() -> None:
    hashes = those_of({"a.t": Table(rows=1, checksum="1"), "a.u": Table(rows=1)})
    assert hashes(relation("t"))
    assert not hashes(relation("u"))
    assert not hashes(relation("unknown"))
