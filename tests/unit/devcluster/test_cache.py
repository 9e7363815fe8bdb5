"""What is in the cache is whole, and is made once."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from devcluster import cache, paths


def test_a_thing_is_made_once_even_by_many_at_the_same_time() -> None:
    calls: list[int] = []

    def make(target: Path) -> None:
        calls.append(1)
        target.write_text("made")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: cache.made("kind/thing", make), range(8)))
    assert {path.read_text() for path in found} == {"made"}
    assert calls == [1]


def test_a_failed_maker_leaves_nothing() -> None:
    def make(target: Path) -> None:
        target.write_text("half")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        cache.made("kind/thing", make)
    kept = paths.cache_dir() / "kind"
    assert [path.name for path in kept.iterdir()] == ["thing.lock"]


def test_a_folder_appears_whole() -> None:
    def make(folder: Path) -> None:
        folder.mkdir()
        (folder / "a").write_text("1")

    assert [path.name for path in cache.made("folders/one", make).iterdir()] == ["a"]


def test_keys_tell_apart_what_only_joins_the_same() -> None:
    assert cache.key("ab", "c") != cache.key("a", "bc")


@pytest.mark.parametrize("change", ["content", "name", "mode"])
def test_a_trees_key_follows_name_mode_and_content(tmp_path: Path, change: str) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    before = cache.tree_key(tmp_path, [file])
    if change == "content":
        file.write_text("2")
    elif change == "mode":
        file.chmod(0o755)
    else:
        file = file.rename(tmp_path / "b")
    assert cache.tree_key(tmp_path, [file]) != before


def _aged(name: str, hours: float) -> Path:
    entry = cache.made(name, lambda target: target.mkdir())
    then = time.time() - hours * 3600
    os.utime(entry, (then, then))
    return entry


def _left(kind: str) -> list[str]:
    return sorted(entry.name for entry in (paths.cache_dir() / kind).iterdir() if entry.suffix != ".lock")


def test_the_last_used_of_each_name_and_the_young_stay() -> None:
    for number in range(4):
        _aged(f"bin/kube-{number}", hours=100 + number)
    _aged("bin/metrics-server-1", hours=500)
    _aged("bin/kube-9", hours=2)
    assert cache.prune("bin", keep=2, young=timedelta(hours=101.5)) == ["bin/kube-2", "bin/kube-3"]
    assert _left("bin") == ["kube-0", "kube-1", "kube-9", "metrics-server-1"]


def test_what_is_used_again_is_young_again() -> None:
    for number in range(3):
        _aged(f"nodeimage/{number}.tar", hours=10 + number)
    cache.made("nodeimage/2.tar", lambda _: None)
    assert cache.prune("nodeimage", keep=1, young=timedelta(hours=5)) == [
        "nodeimage/0.tar",
        "nodeimage/1.tar",
    ]


def test_what_a_killed_maker_left_goes_and_what_one_is_making_stays() -> None:
    _aged("nodeimage/.part-old", hours=30)
    _aged("nodeimage/.part-new", hours=0.5)
    assert cache.prune("nodeimage", keep=2, young=timedelta()) == ["nodeimage/.part-old"]


def test_a_kind_that_was_never_made_has_nothing_to_prune() -> None:
    assert cache.prune("react", keep=1, young=timedelta()) == []
