"""What is kept of children is small, and found again by every way that the cache asks."""

from __future__ import annotations

import tracemalloc

from resee_operator.engine.entries import Owners, compact

KEY = ("default", "demo")


def test_kept_json_takes_no_more_memory_than_its_length() -> None:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = [compact({"stage": str(number)}) for number in range(1000)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept[7] == b'{"stage":"7"}'
    assert (after - before) / len(kept) < 200, "orjson's own buffer is 4 KiB"


def test_owner_is_found_by_namespace_and_name() -> None:
    owners = Owners()
    owners.put(("default", "demo-web"), KEY)

    assert owners.get(("default", "demo-web")) == KEY
    assert owners.get(("other", "demo-web")) is None
    assert owners.get(("default", "demo-nginx"), KEY) == KEY


def test_dropped_owner_is_gone_and_the_others_stay() -> None:
    owners = Owners()
    owners.put(("default", "demo-web"), KEY)
    owners.put(("default", "demo-nginx"), KEY)
    owners.drop(("default", "demo-web"))

    assert owners.items() == [(("default", "demo-nginx"), KEY)]
