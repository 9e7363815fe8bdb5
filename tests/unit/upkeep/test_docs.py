"""The documents name what exists, and the first screen stays short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "charts").rglob("README.md")),
]
LINK = re.compile(r"\]\((?!https?://|#)(?P<target>[^)#]+)[^)]*\)")
TARGET = re.compile(r"^(?P<name>[a-z0-9-]+):.*## ", re.MULTILINE)
LONGEST_README = 120
MOST_TARGETS = 25


def described_targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [found["target"] for found in LINK.finditer(page.read_text())]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {file.name for file in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_exist(page: Path) -> None:
    named = set(re.findall(r"`make (?:-s )?([a-z0-9-]+)", page.read_text()))
    assert named <= described_targets()


def test_the_readme_is_short_and_begins_with_how_to_run_it() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= LONGEST_README
    first_screen = "\n".join(lines[:40])
    for part in ("**", "![", "make up", "make test", "kind: ReseeDeployment", "kubectl get resee"):
        assert part in first_screen


def test_every_target_is_described_and_there_are_few() -> None:
    declared = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert described_targets() == set(" ".join(declared).split())
    assert len(described_targets()) <= MOST_TARGETS


def test_versions_agree() -> None:
    project = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    chart = (ROOT / "charts" / "resee-operator" / "Chart.yaml").read_text()
    assert project is not None
    assert re.findall(r"^(?:version|appVersion): (.*)$", chart, re.MULTILINE) == [project[1]] * 2
