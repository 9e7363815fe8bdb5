"""A process is found again by a later command, and a stranger with its pid is left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster import waits
from devcluster.errors import ClusterError
from devcluster.process import Process


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Process]:
    process = Process("sleeper", ["sleep", "60"], tmp_path, detached=True)
    yield process
    process.kill()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_started_process_runs_until_it_is_stopped(sleeper: Process) -> None:
    sleeper.start()
    assert sleeper.running
    sleeper.stop()
    assert not sleeper.running


def test_starting_twice_keeps_the_first(sleeper: Process) -> None:
    sleeper.start()
    first = sleeper.pid
    sleeper.start()
    assert sleeper.pid == first


def test_a_second_object_finds_and_stops_the_process(sleeper: Process, tmp_path: Path) -> None:
    sleeper.start()
    pid = sleeper.pid
    later = Process("sleeper", ["sleep", "60"], tmp_path, detached=True)
    assert later.pid == pid
    later.kill()
    assert not sleeper.running


def test_a_pid_that_a_stranger_has_by_now_is_not_ours(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "sleeper.pid").write_text(json.dumps({"pid": stranger.pid, "started": "1"}))
        process = Process("sleeper", ["sleep", "60"], tmp_path, detached=True)
        assert not process.running
        process.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_attached_process_ends_with_its_starter(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from devcluster.process import Process;"
        f"p = Process('child', ['sleep', '60'], Path({str(tmp_path)!r})); p.start(); print(p.pid)"
    )
    done = subprocess.run(
        ["python3", "-c", script], capture_output=True, text=True, check=True, env=_with_sources()
    )
    assert not Process("child", ["sleep", "60"], tmp_path)._wait(0.0) or not _alive(int(done.stdout))


def _with_sources() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return _state(pid) != "Z"


def test_stop_ends_a_process_that_ignores_the_request(tmp_path: Path) -> None:
    argv = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]
    stubborn = Process("stubborn", argv, tmp_path, detached=True)
    stubborn.start()
    waits.wait_for(lambda: "ready" in stubborn.tail(), 5, stubborn.tail, "")
    stubborn.stop(seconds=0.1)
    assert not stubborn.running


def test_pause_and_resume(sleeper: Process) -> None:
    sleeper.start()
    pid = sleeper.pid
    assert pid is not None
    sleeper.pause()
    waits.wait_for(lambda: _state(pid) == "T", 5, lambda: "it is not stopped", "")
    sleeper.resume()
    waits.wait_for(lambda: _state(pid) in {"S", "R"}, 5, lambda: "it does not go on", "")


def test_stop_reaches_a_paused_process(sleeper: Process) -> None:
    sleeper.start()
    sleeper.pause()
    sleeper.stop()
    assert not sleeper.running


def test_a_process_that_ended_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = Process("short", ["sh", "-c", "echo no such luck; exit 3"], tmp_path, detached=True)
    process.start()
    waits.wait_for(lambda: not process.running, 5, lambda: "it runs on", "")
    with pytest.raises(ClusterError, match=r"short ended:\nno such luck"):
        process.ensure_running()


def test_a_dead_process_takes_no_signal(sleeper: Process) -> None:
    sleeper.start()
    pid = sleeper.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    waits.wait_for(lambda: not sleeper.running, 5, lambda: "it lives on", "")
    sleeper.pause()
    assert not sleeper.running
