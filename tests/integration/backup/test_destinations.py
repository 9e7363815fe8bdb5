"""One contract, two destinations: each case runs on a real bucket and on a real folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from resee_backup.destination import Destination, NotStored, open_destination
from resee_backup.destination.multipart import SMALLEST_PART
from resee_backup.settings import read_settings
from tests.integration.backup.program import PATIENT, Place


@pytest.fixture
def destination(place: Place, monkeypatch: pytest.MonkeyPatch) -> Destination:
    """The destination itself, as the program opens it."""
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    settings = read_settings({"BACKUP_DESTINATION": place.url, "BACKUP_NAME": "demo", **PATIENT})
    return open_destination(settings, place.environment)


def failing(size: int) -> Iterator[bytes]:
    """A stream that breaks after some bytes."""
    yield bytes(size)
    raise ConnectionError("cut")


def test_what_was_put_is_got(destination: Destination) -> None:
    destination.put("demo/a/one.json", b"{}")
    assert destination.get("demo/a/one.json") == b"{}"
    destination.put("demo/a/one.json", b"[]")
    assert destination.get("demo/a/one.json") == b"[]"


@pytest.mark.parametrize("size", [0, 1, SMALLEST_PART, 2 * SMALLEST_PART + 1])
def test_a_stream_of_any_length_is_stored_whole(destination: Destination, size: int) -> None:
    chunk = 100_000
    destination.write("demo/a/big", (bytes(min(chunk, size - at)) for at in range(0, size, chunk)), size)
    assert sum(map(len, destination.read("demo/a/big"))) == size


def test_nothing_under_a_key_is_said(destination: Destination) -> None:
    with pytest.raises(NotStored):
        destination.get("demo/a/none")


@pytest.mark.parametrize("size", [0, 1000, 3 * SMALLEST_PART])
def test_a_stream_that_breaks_stores_nothing(destination: Destination, place: Place, size: int) -> None:
    with pytest.raises(ConnectionError):
        destination.write("demo/a/big", failing(size), size)
    assert list(destination.stored("demo/")) == []
    assert place.files() == []
    assert place.uploads() == []


def test_a_stream_that_breaks_leaves_what_was_there(destination: Destination) -> None:
    destination.put("demo/a/big", b"before")
    with pytest.raises(ConnectionError):
        destination.write("demo/a/big", failing(1000), 1000)
    assert destination.get("demo/a/big") == b"before"


def test_what_is_stored_is_listed_below_its_prefix(destination: Destination) -> None:
    for key in ("demo/a/one", "demo/b/two", "demolition/three"):
        destination.put(key, b"12")
    found = {stored.key: stored.size for stored in destination.stored("demo/")}
    assert found == {"demo/a/one": 2, "demo/b/two": 2}
    assert all(
        abs(stored.modified - datetime.now(UTC)) < timedelta(hours=1) for stored in destination.stored("")
    )


def test_deleting_twice_is_fine(destination: Destination) -> None:
    destination.put("demo/a/one", b"1")
    for _ in range(2):
        destination.delete("demo/a/one")
    assert list(destination.stored("")) == []


def test_only_old_unfinished_writes_are_cleared(destination: Destination, place: Place) -> None:
    leave_unfinished(place)
    now = datetime.now(UTC)
    assert destination.clear_unfinished("demo/", now - timedelta(hours=1)) == 0
    assert destination.clear_unfinished("other/", now + timedelta(hours=1)) == 0
    assert destination.clear_unfinished("demo/", now + timedelta(hours=1)) == 1
    assert place.files() + place.uploads() == []


def leave_unfinished(place: Place) -> None:
    """What a killed program leaves under demo/a/big."""
    if place.server is None:
        (place.folder / "demo" / "a").mkdir(parents=True)
        (place.folder / "demo" / "a" / ".big.0123.part").write_bytes(b"half")
        return
    prefix = place.url.removeprefix(f"s3://{place.server.bucket}/")
    place.server.client().create_multipart_upload(Bucket=place.server.bucket, Key=f"{prefix}/demo/a/big")


def test_unfinished_writes_are_not_listed(destination: Destination, place: Place) -> None:
    leave_unfinished(place)
    assert list(destination.stored("")) == []
