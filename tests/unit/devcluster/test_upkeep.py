"""Which images may go, and that nothing goes while a node cannot be asked."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devcluster import cache, upkeep
from devcluster.cluster.record import Record
from devcluster.engine.docker import DockerEngine
from devcluster.nodeimage import node
from devcluster.upkeep import KEPT, superfluous

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BACKEND = "resee.local/resee-backend"


def image(number: int, *tags: str, days: float = 10) -> dict[str, Any]:
    created = (NOW - timedelta(days=days, minutes=-number)).isoformat()
    return {"Id": f"sha256:{number}", "Created": created, "RepoTags": list(tags)}


def builds(count: int, days: float = 10) -> list[dict[str, Any]]:
    """So many builds of the backend, the later ones with higher numbers."""
    return [image(number, f"{BACKEND}:{number}", days=days) for number in range(count)]


def test_the_newest_few_stay() -> None:
    assert superfluous(builds(KEPT + 2), set(), NOW) == [f"{BACKEND}:1", f"{BACKEND}:0"]


def test_each_repository_has_its_own_newest() -> None:
    others = [image(90 + number, f"resee.local/other:{number}") for number in range(KEPT)]
    assert superfluous([*builds(KEPT), *others], set(), NOW) == []


def test_the_young_stay_however_many_they_are() -> None:
    assert superfluous(builds(20, days=0.5), set(), NOW) == []


@pytest.mark.parametrize("needed", [f"{BACKEND}:0", "sha256:0"])
def test_what_is_needed_stays_with_all_its_names(needed: str) -> None:
    images = builds(KEPT + 2)
    images[0]["RepoTags"].append(f"{BACKEND}:shared")
    assert superfluous(images, {needed}, NOW) == [f"{BACKEND}:1"]


def test_an_image_goes_with_all_its_names() -> None:
    images = builds(KEPT + 1)
    images[0]["RepoTags"].append(f"{BACKEND}:shared")
    assert superfluous(images, set(), NOW) == [f"{BACKEND}:0", f"{BACKEND}:shared"]


def test_a_node_image_stays_while_its_archive_is_in_the_cache() -> None:
    cache.made("nodeimage/aaa.tar", Path.touch)
    images = [image(number, f"{node.REPOSITORY}:v1-{name}") for number, name in enumerate(("aaa", "bbb"))]
    assert superfluous(images, set(), NOW) == [f"{node.REPOSITORY}:v1-bbb"]


# Answers from a file: the arguments of a call -> its output; what is not there fails. Notes what is removed.
DOCKER = """#!{python}
import json, sys
answers = json.load(open({answers!r}))
call = " ".join(sys.argv[1:])
if sys.argv[1] == "rmi":
    open({removed!r}, "a").write(sys.argv[2] + "\\n")
elif not any(call.startswith(known) for known in answers):
    sys.exit(1)
else:
    print(next(answers[known] for known in answers if call.startswith(known)))
"""


@pytest.fixture
def removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An engine with five old builds of the backend; the file where it notes what it removes."""
    notes, answers = tmp_path / "removed", tmp_path / "answers.json"
    listed = {
        "images": "sha256:0",
        "image inspect": json.dumps(builds(5)),
        "ps": "demo-control-plane running",
    }
    names = f"NAME TYPE DIGEST\n{BACKEND}:0 t sha256:m\nsha256:0 t sha256:m"
    listed["exec demo-control-plane ctr"] = names
    answers.write_text(json.dumps(listed))
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(python=sys.executable, answers=str(answers), removed=str(notes)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    notes.touch()
    return notes


def test_without_clusters_the_oldest_go(removed: Path) -> None:
    assert upkeep.tidy(DockerEngine()) == [f"{BACKEND}:1", f"{BACKEND}:0"]
    assert removed.read_text().split() == [f"{BACKEND}:1", f"{BACKEND}:0"]


def test_what_a_node_holds_stays(removed: Path) -> None:
    Record("demo", 1, 1, 2, 3).write()
    upkeep.tidy(DockerEngine())
    assert removed.read_text().split() == [f"{BACKEND}:1"]


def test_while_a_node_does_not_answer_nothing_goes(removed: Path) -> None:
    Record("demo", 1, 1, 2, 3).write()
    answers = removed.with_name("answers.json")
    known = json.loads(answers.read_text())
    del known["exec demo-control-plane ctr"]
    answers.write_text(json.dumps(known))
    upkeep.tidy(DockerEngine())
    assert removed.read_text() == ""
