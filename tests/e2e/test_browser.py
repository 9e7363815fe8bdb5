"""The page in Chromium, as a desktop and as a phone: the walks of app/frontend/e2e on real Pods."""

from __future__ import annotations

import os
import subprocess

import pytest

from devcluster import paths

FRONTEND = paths.ROOT / "app" / "frontend"
WALKS = ("npx", "playwright", "test", "--project=desktop", "--project=phone", "--reporter=line")
LAST_WORDS = 6000


@pytest.mark.timeout(900)
def test_walks_through_the_page(url: str) -> None:
    done = subprocess.run(
        WALKS,
        cwd=FRONTEND,
        env={**os.environ, "BASE_URL": url, "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-LAST_WORDS:] + done.stderr[-LAST_WORDS:]
