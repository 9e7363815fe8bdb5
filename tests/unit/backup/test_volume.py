"""A volume's errors: full, refused or ill, each with its place and what to do."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from resee_backup.destination import NotStored
from resee_backup.destination.volume import Volume
from resee_backup.errors import BackupError, Reason, UserError


def breaking(number: int) -> Iterator[bytes]:
    """A stream whose source fails with an error of the system."""
    yield b"half"
    raise OSError(number, os.strerror(number))


@pytest.fixture
def no_space(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The system refuses to write: the numbers in the list, one after the other."""
    numbers: list[int] = []
    really = os.write

    def write(descriptor: int, data: bytes) -> int:
        if numbers:
            number = numbers.pop(0)
            raise OSError(number, os.strerror(number))
        return really(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    return numbers


@pytest.mark.parametrize(
    ("number", "reason", "code"),
    [
        (errno.ENOSPC, Reason.DESTINATION_FULL, 2),
        (errno.EDQUOT, Reason.DESTINATION_FULL, 2),
        (errno.EFBIG, Reason.DESTINATION_FULL, 2),
        (errno.EROFS, Reason.DESTINATION_REFUSED, 2),
        (errno.EIO, Reason.DESTINATION_UNREACHABLE, 1),
        (errno.ESTALE, Reason.DESTINATION_UNREACHABLE, 1),
    ],
)
def test_what_the_system_says_has_a_meaning(
    tmp_path: Path, no_space: list[int], number: int, reason: Reason, code: int
) -> None:
    no_space.append(number)
    with pytest.raises(BackupError) as caught:
        Volume(str(tmp_path)).put("demo/a/file", b"content")
    assert (caught.value.reason, caught.value.exit_code) == (reason, code)
    assert caught.value.where.endswith("demo/a/file")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_error_of_the_stream_is_not_the_volumes(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output"):
        Volume(str(tmp_path)).write("demo/a/file", breaking(errno.EIO), 10)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_name_never_stands_for_half_a_file(tmp_path: Path) -> None:
    """While a stream comes in, the key still holds what it held before."""
    volume = Volume(str(tmp_path))
    volume.put("demo/a/file", b"before")
    seen = []

    def watched() -> Iterator[bytes]:
        yield b"af"
        seen.append(volume.get("demo/a/file"))
        yield b"ter"

    volume.write("demo/a/file", watched(), 5)
    assert (seen, volume.get("demo/a/file")) == ([b"before"], b"after")


def test_a_folder_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        Volume(str(tmp_path / "missing")).put("demo/a/file", b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_is_removed_is_gone_with_its_empty_folder(tmp_path: Path) -> None:
    volume = Volume(str(tmp_path))
    volume.put("demo/a/file", b"x")
    volume.delete("demo/a/file")
    assert not (tmp_path / "demo" / "a").exists()
    with pytest.raises(NotStored):
        volume.get("demo/a/file")
