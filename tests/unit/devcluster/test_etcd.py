"""Members of etcd: what they are told of each other, and when too few of them run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devcluster import etcd
from devcluster.errors import ClusterError

PORTS = {"etcd": 1, "etcd-peer": 2, "etcd-2": 3, "etcd-2-peer": 4, "etcd-3": 5, "etcd-3-peer": 6}


@contextmanager
def _sleeping(folder: Path, members: int) -> Iterator[etcd.Etcd]:
    """Members that are programs which wait, whatever they are told."""
    program = folder / "program"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    made = etcd.Etcd(program, folder, PORTS, members, detached=False)
    made.start()
    try:
        yield made
    finally:
        made.kill()


def test_each_member_knows_all_peers_and_has_a_folder_of_its_own(tmp_path: Path) -> None:
    made = etcd.Etcd(Path("etcd"), tmp_path, PORTS, 3, detached=False)

    cluster = {
        flag for member in made.members for flag in member.argv if flag.startswith("--initial-cluster=")
    }
    assert cluster == {
        "--initial-cluster=etcd=http://127.0.0.1:2,etcd-2=http://127.0.0.1:4,etcd-3=http://127.0.0.1:6"
    }
    folders = {flag for member in made.members for flag in member.argv if flag.startswith("--data-dir=")}
    assert len(folders) == 3
    assert made.urls == ["http://127.0.0.1:1", "http://127.0.0.1:3", "http://127.0.0.1:5"]


def test_one_member_is_called_as_it_always_was(tmp_path: Path) -> None:
    (member,) = etcd.Etcd(Path("etcd"), tmp_path, PORTS, 1, detached=False).members

    assert (member.name, member.log) == ("etcd", tmp_path / "etcd.log")


def test_majority_is_enough(tmp_path: Path) -> None:
    with _sleeping(tmp_path, 3) as made:
        made.members[1].kill()
        made.ensure_running()
        made.members[0].kill()
        with pytest.raises(ClusterError, match="etcd ended"):
            made.ensure_running()
        assert made.running


def test_member_that_does_not_answer_does_not_lead(tmp_path: Path) -> None:
    assert not etcd.Etcd(Path("etcd"), tmp_path, PORTS, 1, detached=False).members[0].leads
