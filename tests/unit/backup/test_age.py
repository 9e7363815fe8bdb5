"""Encryption on the way: whole streams, and ends that come too early on either side."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pyrage
import pytest

from resee_backup.age import decrypt, encrypt, read_identities
from resee_backup.errors import Reason, TransientError, UserError

KEY = pyrage.x25519.Identity.generate()
WHERE = "file:///backups/demo"


@pytest.mark.parametrize("sizes", [[], [0], [1], [65536] * 3, [3_000_000, 1]])
def test_what_comes_back_is_what_was_given(sizes: list[int]) -> None:
    chunks = [bytes([number % 256]) * size for number, size in enumerate(sizes)]
    assert b"".join(decrypt(encrypt(chunks, [KEY]), [KEY], WHERE)) == b"".join(chunks)


def test_a_source_that_fails_fails_the_stream_by_its_own_error() -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise TransientError(Reason.DUMP_FAILED, "pg_dump failed", where="here", remedy="again")

    with pytest.raises(TransientError, match="pg_dump failed"):
        list(encrypt(broken(), [KEY]))
    with pytest.raises(TransientError, match="pg_dump failed"):
        list(decrypt(broken(), [KEY], WHERE))


def test_a_stream_that_is_cut_off_is_damaged() -> None:
    stored = b"".join(encrypt([b"x" * 200_000], [KEY]))
    for end in (10, 100_000, len(stored) - 1):
        with pytest.raises(UserError) as raised:
            list(decrypt([stored[:end]], [KEY], WHERE))
        assert raised.value.reason is Reason.ARCHIVE_DAMAGED


def test_once_it_is_closed_nobody_reads_the_source() -> None:
    stored = iter([b"".join(encrypt([bytes(9_000_000)], [KEY])), b"more"])
    with closing(decrypt(stored, [KEY], WHERE)) as clear:
        next(clear)
    assert "age" not in {thread.name for thread in threading.enumerate()}
    assert list(stored) == [b"more"]


def test_identities_are_read_as_age_keygen_writes_them() -> None:
    assert read_identities("") == []
    (found,) = read_identities(f"# created: today\n# public key: {KEY.to_public()}\n{KEY}\n")
    assert str(found) == str(KEY)
