"""The catalogue on a folder: what counts as a backup, what is found, and what an interrupted one leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from resee_backup.catalogue import ID, MANIFEST, STARTED, VERIFICATION, Catalogue, new_id
from resee_backup.destination.volume import Volume
from resee_backup.errors import Reason, UserError
from resee_backup.manifest import Started, encode, outcome_of
from tests.unit.backup.test_manifest import manifest


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """An empty one."""
    return Catalogue(Volume(str(tmp_path)), "default/demo")


def published(catalogue: Catalogue, verified: str = "") -> str:
    """A finished backup without an archive."""
    with catalogue.begun() as started:
        document = msgspec.structs.replace(manifest(), id=started.id, started=started.started)
        catalogue.publish(document)
    if verified:
        catalogue.mark(VERIFICATION, outcome_of(document, 1, "" if verified == "passed" else verified))
    return started.id


def test_ids_sort_by_time() -> None:
    early, late = (new_id(datetime(2026, 1, day, tzinfo=UTC)) for day in (9, 10))
    assert early < late
    assert ID.fullmatch(early)


def test_an_interrupted_backup_leaves_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    def interrupted() -> None:
        with catalogue.begun() as started:
            catalogue.destination.put(catalogue.key(started.id, "globals.sql"), b"--")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_latest_and_latest_verified(catalogue: Catalogue) -> None:
    by_state = {state: published(catalogue, state) for state in ("passed", "it is damaged", "")}
    assert catalogue.find("latest-verified")[0].id == by_state["passed"]
    assert catalogue.find("latest")[0].id == max(by_state.values())
    assert catalogue.find(by_state["passed"])[1].id == by_state["passed"]
    damaged = {record.id for record in catalogue.records() if record.damaged}
    assert damaged == {by_state["it is damaged"]}


@pytest.mark.parametrize("wanted", ["latest", "latest-verified", "20260131T030000Z-0a1b2c", "../other"])
def test_what_is_not_there_is_said(catalogue: Catalogue, wanted: str) -> None:
    with pytest.raises(UserError) as caught:
        catalogue.find(wanted)
    assert caught.value.reason is Reason.BACKUP_NOT_FOUND


def test_without_a_manifest_it_is_unfinished(catalogue: Catalogue) -> None:
    backup = published(catalogue)
    catalogue.destination.delete(catalogue.key(backup, MANIFEST))
    assert [(record.id, record.manifest) for record in catalogue.records()] == [(backup, None)]


def test_a_folder_whose_documents_are_of_another_backup_is_not_ours(catalogue: Catalogue) -> None:
    stranger = Started(id=new_id(datetime.now(UTC)), name="other", started=datetime.now(UTC))
    catalogue.destination.put(catalogue.key(stranger.id, STARTED), encode(stranger))
    assert catalogue.records() == []
