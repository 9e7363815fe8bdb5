"""The Go programs' own tests."""

from __future__ import annotations

import os
import subprocess

import pytest

from devcluster import gobuild, paths


@pytest.mark.parametrize("program", ["runtime", "forward", "nodenet", "metrics-adapter"])
def test_go(program: str) -> None:
    # The same flags as the build's, so that what it has compiled is used again.
    command = [gobuild.compiler(), "test", *gobuild.FLAGS, f"./cmd/{program}"]
    environment = {**os.environ, "CGO_ENABLED": "0"}
    done = subprocess.run(
        command, cwd=paths.GO_MODULE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
