"""Heartbeat files and the probes that look at them."""

import os
import subprocess
import sys
import time

import pytest
from django.conf import settings

from config import heartbeats
from core import heartbeat


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(heartbeat, "FOLDER", tmp_path / "new")
    return tmp_path / "new"


def probe(name, folder, *options):
    return subprocess.run(
        [sys.executable, "-S", *options, f"{settings.BASE_DIR}/bin/{name}.py"],
        env={"HEARTBEAT_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "max_age"), [("worker-alive", 60), ("worker-ready", 20), ("beat-alive", 60)]
)
def test_a_probe_passes_while_its_file_is_young(folder, name, max_age):
    script = name.replace("-", "_")
    assert "has not said that it works" in probe(script, folder).stderr

    heartbeat.beat(name, "default,email")
    assert (folder / name).read_text() == "default,email"
    assert probe(script, folder).returncode == 0

    old = time.time() - max_age - 2
    os.utime(folder / name, (old, old))
    assert f"at most {max_age} s are allowed" in probe(script, folder).stderr

    heartbeat.stop(name)
    heartbeat.stop(name)
    assert probe(script, folder).returncode == 1


def test_a_heartbeat_leaves_one_file(folder):
    for _ in range(3):
        heartbeat.beat("beat-alive")

    assert [file.name for file in folder.iterdir()] == ["beat-alive"]


def test_a_probe_imports_next_to_nothing(folder):
    """It runs every few seconds in every Pod."""
    heartbeat.beat("beat-alive")

    imported = probe("beat_alive", folder, "-X", "importtime").stderr

    assert not {"django", "celery", "pathlib", "json", "subprocess"} & set(imported.split())


def test_a_loop_that_hangs_is_not_alive_and_one_that_waits_for_its_broker_is():
    state = heartbeats.LoopState()
    state.last_turn = time.monotonic() - heartbeats.STUCK_AFTER - 1

    assert state.alive()
    state.consuming = True
    assert not state.alive()
    state.last_turn = time.monotonic()
    assert state.alive()
