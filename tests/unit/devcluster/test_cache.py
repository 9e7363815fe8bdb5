"""What is in the cache is whole, and is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
