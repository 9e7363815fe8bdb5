"""prune on real destinations: what goes, what stays, and what was never ours to touch."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from resee_backup.catalogue import new_id
from tests.integration.backup.program import NAME, Place, Program

ONE = {
    "BACKUP_KEEP_LAST": "1",
    "BACKUP_KEEP_DAILY": "0",
    "BACKUP_KEEP_WEEKLY": "0",
    "BACKUP_KEEP_MONTHLY": "0",
}


def aged(place: Place, backup: str, days: int) -> str:
    """Make a backup older than it is: another id, and the same in its documents."""
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    older = new_id(moment)
    folder = place.folder / NAME / backup
    for document in folder.glob("*.json"):
        content = json.loads(document.read_text()) | {"id": older}
        if "started" in content:
            content["started"] = moment.isoformat()
        document.write_text(json.dumps(content))
    folder.rename(folder.with_name(older))
    return older


def backups(place: Place) -> set[str]:
    """Folders that hold anything."""
    return {file.split("/")[2] for file in place.files()}


def test_what_no_rule_names_goes_whole(program: Program, place: Place) -> None:
    program = program.with_settings(**ONE)
    first, second = program.run("dump").backup, program.run("dump").backup
    outcome = program.run("prune")
    assert (outcome.result["kept"], outcome.result["removed"]) == (1, 1), outcome.log
    assert backups(place) == {second}
    assert first not in str(place.files())


def test_the_last_verified_backup_stays(on_volume: Program, volume: Place) -> None:
    program = on_volume.with_settings(**ONE)
    verified = program.run("dump").backup
    unverified = [program.run("dump", "--no-verify").backup for _ in range(2)]
    assert program.run("prune").result["kept"] == 2
    assert backups(volume) == {verified, unverified[-1]}


def test_a_dump_can_prune_when_it_is_done(on_volume: Program, volume: Place) -> None:
    program = on_volume.with_settings(**ONE)
    program.run("dump")
    outcome = program.run("dump", "--prune")
    assert (outcome.result["kept"], outcome.result["removed"]) == (1, 1)
    assert backups(volume) == {outcome.backup}


def test_foreign_files_are_not_touched(on_volume: Program, volume: Place) -> None:
    """Not beside the backups, not inside a folder that goes, not under another deployment's name."""
    program = on_volume.with_settings(**ONE)
    old = program.run("dump").backup
    program.run("dump")
    folder = volume.folder / NAME
    foreign = [
        volume.folder / "notes.txt",
        folder / "README",
        folder / old / "keep-me.txt",
        folder / "20260101T030000Z-abcdef" / "database.dump.zst",
        volume.folder / "default" / "other" / old / "manifest.json",
    ]
    for file in foreign:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("not ours")
    assert program.run("prune").code == 0
    assert [file for file in foreign if file.read_text() != "not ours"] == []
    assert not volume.file(old, "manifest.json").exists()


def test_what_a_killed_dump_left_goes_after_two_days(on_volume: Program, volume: Place) -> None:
    program = on_volume.with_settings(**ONE)
    finished = program.run("dump").backup
    fresh, stale = (program.run("dump", "--no-verify").backup for _ in range(2))
    for killed in (fresh, stale):
        volume.file(killed, "manifest.json").unlink()
    stale = aged(volume, stale, days=3)
    outcome = program.run("prune")
    assert outcome.result["removed"] == 1, outcome.log
    assert backups(volume) == {finished, fresh}


def test_damage_does_not_cost_the_last_good_backup(on_volume: Program, volume: Place) -> None:
    program = on_volume.with_settings(**ONE)
    good = program.run("dump").backup
    bad = program.run("dump").backup
    volume.file(bad, "database.dump.zst").write_bytes(b"damaged")
    assert program.run("verify", bad).code == 2
    program.run("prune")
    assert good in backups(volume)
