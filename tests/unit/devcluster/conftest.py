"""Every test has state and cache folders of its own, and no engine but what it brings."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESEE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RESEE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("RESEE_ENGINE", raising=False)
    return tmp_path
