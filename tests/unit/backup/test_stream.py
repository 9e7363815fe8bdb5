"""Streams: what goes in comes out, measured, and damage is an error and not an end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resee_backup.errors import Reason, UserError
from resee_backup.stream import DECOMPRESSED_CHUNK, Meter, compress, decompress


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_compressing_and_back(chunks: list[bytes]) -> None:
    packed = list(compress(iter(chunks), 3))
    assert b"".join(decompress(packed, "here")) == b"".join(chunks)


def test_the_meter_sees_every_byte() -> None:
    meter = Meter()
    assert list(meter.through([b"ab", b"", b"c"])) == [b"ab", b"", b"c"]
    assert (meter.size, meter.sha256) == (3, hashlib.sha256(b"abc").hexdigest())


def test_highly_compressed_content_comes_in_small_pieces() -> None:
    packed = b"".join(compress([bytes(64 * 1024 * 1024)], 3))
    assert len(packed) < 100_000
    assert max(map(len, decompress([packed], "here"))) <= DECOMPRESSED_CHUNK


def test_a_flipped_byte_is_damage() -> None:
    packed = bytearray(b"".join(compress([secrets.token_bytes(300_000)], 3)))
    packed[len(packed) // 2] ^= 1
    with pytest.raises(UserError) as caught:
        list(decompress([bytes(packed)], "the archive"))
    assert (caught.value.reason, caught.value.where) == (Reason.ARCHIVE_DAMAGED, "the archive")


def test_a_source_that_fails_is_not_an_end() -> None:
    def failing() -> Iterator[bytes]:
        yield b"some rows"
        raise ConnectionError("cut")

    with pytest.raises(ConnectionError):
        list(compress(Meter().through(failing()), 3))


def test_a_size_alone_costs_no_hash() -> None:
    meter = Meter(hashed=False)
    assert b"".join(meter.through([b"ab", b"c"])) == b"abc"
    assert meter.size == 3
    assert meter.sha256 == Meter().sha256, "nothing was hashed"
