"""Staged folders carry the hash of their inputs; a program that fails says which one and what to do."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from devcluster.errors import ClusterError, UsageError
from devcluster.images import base, staging
from devcluster.images.command import run
from devcluster.images.staging import Staging


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESEE_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "repository"
    (folder / "requirements").mkdir(parents=True)
    (folder / "requirements" / "operator.txt").write_text("")
    return folder


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that the installer, which only notes them, was asked to fill."""
    asked: list[Path] = []

    def install(_locked: Path, folder: Path) -> None:
        folder.mkdir()
        asked.append(folder)

    monkeypatch.setattr(staging, "_install", install)
    return asked


def stage(repository: Path) -> str | None:
    tree = Staging(repository).site_packages("operator", lambda _words: None)
    assert tree.source.is_dir()
    return tree.key


def test_packages_are_installed_once_for_a_lock_file(repository: Path, installed: list[Path]) -> None:
    assert stage(repository) == stage(repository)
    assert len(installed) == 1


def test_a_changed_lock_file_is_another_folder(repository: Path, installed: list[Path]) -> None:
    first = stage(repository)
    (repository / "requirements" / "operator.txt").write_text("click==8.2.0\n")
    assert stage(repository) != first
    assert len(installed) == 2


@pytest.mark.usefixtures("installed")
def test_packages_are_for_the_images_processor(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = set()
    for machine in ("x86_64", "arm64"):
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        keys.add(stage(repository))
    assert len(keys) == 2


def test_the_base_is_named_by_its_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = base.reference()
    assert base.reference() == before
    monkeypatch.setattr(base, "PACKAGES", (*base.PACKAGES, "zstd"))
    assert base.reference() != before


def test_a_failed_program_shows_its_last_words_and_the_remedy() -> None:
    with pytest.raises(ClusterError) as failed:
        run([sys.executable, "-c", "print('no such table'); raise SystemExit(3)"], remedy="Create the table.")
    assert "ended with 3" in failed.value.problem
    assert "no such table" in failed.value.problem
    assert failed.value.remedy == "Create the table."


def test_a_missing_program_is_named() -> None:
    with pytest.raises(UsageError, match="no-such-program is not installed"):
        run(["no-such-program"], remedy="Install it.")
