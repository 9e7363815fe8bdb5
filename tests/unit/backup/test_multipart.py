"""Parts: large enough for any database, cut exactly, none in memory beyond a fixed size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resee_backup.destination.multipart import (
    LARGEST_PART,
    MARGIN,
    MIB,
    PARTS,
    SMALLEST_PART,
    part_size,
    parts,
)

TIB = 1024 * 1024 * MIB


def contents(cut: Iterable[SpooledTemporaryFile[bytes]]) -> list[bytes]:
    """What the parts hold."""
    found = []
    for part in cut:
        with part:
            found.append(part.read())
    return found


def test_a_small_database_takes_the_least_part() -> None:
    assert part_size(0) == part_size(1) == part_size(20 * 1024 * MIB) == SMALLEST_PART


def test_a_tebibyte_gets_larger_parts() -> None:
    assert part_size(TIB) == 210 * MIB


@given(st.integers(0, 24 * TIB))
def test_twice_the_database_fits_into_the_parts(size: int) -> None:
    assert part_size(size) * PARTS >= size * MARGIN
    assert SMALLEST_PART <= part_size(size) <= LARGEST_PART
    assert part_size(size) % MIB == 0


@given(st.lists(st.binary(max_size=40), max_size=12), st.integers(1, 25))
def test_parts_are_full_but_for_the_last_and_join_to_the_stream(chunks: list[bytes], size: int) -> None:
    cut = contents(parts(chunks, size))
    assert b"".join(cut) == b"".join(chunks)
    assert all(len(part) == size for part in cut[:-1])
    assert len(cut[-1]) <= size


def test_an_empty_stream_is_one_empty_part() -> None:
    assert contents(parts([], 5)) == [b""]


def test_a_stream_that_fails_fails_its_parts() -> None:
    def failing() -> Iterator[bytes]:
        yield b"12345678"
        raise ConnectionError("cut")

    cut = parts(failing(), 5)
    assert contents(islice(cut, 1)) == [b"12345"]
    with pytest.raises(ConnectionError):
        next(cut)
