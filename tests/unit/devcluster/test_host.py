"""A machine that lacks something gets one sentence, and one of what to do."""

from __future__ import annotations

import os
import platform
import shutil
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
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


_APT_GET = """#!/bin/sh
mkdir "$FOLDER/lists.lock" || exit 100
echo "$*" >>"$FOLDER/calls"
case "$*" in *install*) printf '#!/bin/sh\\n' >"$FOLDER/mmdebstrap"; chmod +x "$FOLDER/mmdebstrap" ;; esac
rmdir "$FOLDER/lists.lock"
"""
"""Like the real one it ends with 100 where another one holds the lists."""


def test_mmdebstrap_is_installed_once_for_all_who_ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "apt-get").write_text(_APT_GET)
    (programs / "apt-get").chmod(0o755)
    for tool in ("sh", "mkdir", "rmdir", "chmod"):
        (programs / tool).symlink_to(str(shutil.which(tool)))
    monkeypatch.setenv("RESEE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FOLDER", str(programs))
    monkeypatch.setenv("PATH", str(programs))

    with ThreadPoolExecutor(4) as pool:
        for asked in [pool.submit(host.require_mmdebstrap) for _ in range(4)]:
            asked.result()

    update, install = (programs / "calls").read_text().splitlines()
    assert update.endswith("update")
    assert install.endswith("mmdebstrap")
