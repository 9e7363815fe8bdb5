"""A context is named by its content and by nothing else."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from devcluster.images.context import Context, Tree
from devcluster.paths import ROOT


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "module.py").write_text("answer = 42\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return folder


def context(source: Path, key: str | None = None) -> Context:
    return Context(source.parent / "Dockerfile", (Tree(source, "app", key),))


def members(made: Context) -> dict[str, tarfile.TarInfo]:
    stream = io.BytesIO()
    made.write(stream)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as archive:
        return {entry.name: entry for entry in archive}


def test_owner_time_and_umask_do_not_count(source: Path) -> None:
    before = context(source).digest()
    os.utime(source / "run.sh", (0, 0))
    (source / "package" / "module.py").chmod(0o600)
    assert context(source).digest() == before


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda folder: (folder / "run.sh").write_text("#!/bin/bash\n"),
    "name": lambda folder: (folder / "run.sh").rename(folder / "start.sh"),
    "execute bit": lambda folder: (folder / "run.sh").chmod(0o644),
    "new file": lambda folder: (folder / "package" / "other.py").touch(),
    "lost file": lambda folder: (folder / "run.sh").unlink(),
    "Dockerfile": lambda folder: (folder.parent / "Dockerfile").write_text("FROM scratch\nUSER 1\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_counts(source: Path, change: Callable[[Path], object]) -> None:
    before = context(source).digest()
    change(source)
    assert context(source).digest() != before


@pytest.mark.parametrize("leaving", ["__pycache__/module.cpython-311.pyc", "tests/test_it.py", "stale.pyc"])
def test_leavings_and_tests_stay_out(source: Path, leaving: str) -> None:
    before = context(source).digest()
    (source / leaving).parent.mkdir(exist_ok=True)
    (source / leaving).write_text("left\n")
    assert context(source).digest() == before
    assert f"app/{leaving}" not in members(context(source))


def test_a_key_stands_for_the_content(source: Path) -> None:
    before = context(source, key="abc").digest()
    (source / "run.sh").write_text("changed\n")
    assert context(source, key="abc").digest() == before
    assert context(source, key="abd").digest() != before


def test_nothing_is_left_out_of_a_keyed_folder(source: Path) -> None:
    (source / "tests").mkdir()
    (source / "tests" / "data.json").write_text("{}")
    assert "app/tests/data.json" in members(context(source, key="abc"))


def test_the_target_counts(source: Path) -> None:
    elsewhere = Context(source.parent / "Dockerfile", (Tree(source, "other"),))
    assert elsewhere.digest() != context(source).digest()


def test_archive_holds_the_files_with_plain_modes_and_no_owner(source: Path) -> None:
    (source / "run.sh").chmod(0o700)
    entries = members(context(source))
    assert entries.keys() == {"Dockerfile", "app/package/module.py", "app/run.sh"}
    assert {name: entry.mode for name, entry in entries.items()} == {
        "Dockerfile": 0o644,
        "app/package/module.py": 0o644,
        "app/run.sh": 0o755,
    }
    assert {(entry.uid, entry.gid, entry.uname) for entry in entries.values()} == {(0, 0, "")}


def test_archive_keeps_times(source: Path) -> None:
    os.utime(source / "run.sh", (1_000_000, 1_000_000))
    assert members(context(source))["app/run.sh"].mtime == 1_000_000


def test_a_single_file_is_a_tree(source: Path) -> None:
    made = Context(source.parent / "Dockerfile", (Tree(source / "run.sh", "entrypoint.sh"),))
    assert members(made).keys() == {"Dockerfile", "entrypoint.sh"}


def test_the_backend_brings_its_translations_compiled() -> None:
    backend = Tree(ROOT / "app" / "backend", "backend")
    inside = {place for _, place in backend.files()}
    assert {f"backend/locale/ko/LC_MESSAGES/django.{kind}" for kind in ("po", "mo")} <= inside
