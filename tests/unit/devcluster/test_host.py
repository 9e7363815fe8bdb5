"""A machine that lacks something gets one sentence, and one of what to do."""

from __future__ import annotations

import os
import platform
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from devcluster import host
from devcluster.errors import UsageError

_Usage = namedtuple("_Usage", "total used free")


def test_without_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UsageError) as caught:
        host.require_private_engine(tmp_path)
    assert caught.value.problem == "No Docker engine answers, and bringing a private one needs root."
    assert caught.value.exit_code == 2


def test_without_a_tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda tool: None if tool == "ip" else f"/bin/{tool}")
    with pytest.raises(UsageError, match=r"The tool ip is missing\. Install it: apt-get install iproute2\."):
        host.require_private_engine(tmp_path)


def test_without_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10 * 1024**3, 9 * 1024**3, 1024**3))
    with pytest.raises(UsageError, match=f"{tmp_path} has 1.0 GiB left and a cluster needs 8 GiB"):
        host.require_disk(tmp_path / "not" / "yet", host.DISK_NEEDED)


def test_without_inotify_instances(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "limit"
    limit.write_text("40\n")
    monkeypatch.setattr(host, "_INOTIFY_LIMIT", limit)
    with pytest.raises(UsageError, match=r"3 node\(s\) need 55 .* of this machine's 40 .* sysctl -w .*=1024"):
        host.require_inotify(3)


def test_with_enough_inotify_instances(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limit = tmp_path / "limit"
    limit.write_text("1000000\n")
    monkeypatch.setattr(host, "_INOTIFY_LIMIT", limit)
    host.require_inotify(3)


def test_an_unknown_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(UsageError, match="The processor riscv64 is not supported"):
        host.architecture()
