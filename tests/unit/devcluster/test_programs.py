"""The catalogue of programs, and the hash that decides whether one is built anew."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from devcluster import binaries, gobuild, paths
from devcluster.errors import UsageError
from devcluster.programs import KUBERNETES_VERSION, PROGRAMS, Program, find
from devcluster.progress import Progress

COMPILER = "go version go1.26.8 linux/amd64"


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Go module that a test may change, and a compiler that only has a version."""
    copy = tmp_path / "go"
    shutil.copytree(paths.GO_MODULE, copy)
    monkeypatch.setattr(paths, "GO_MODULE", copy)
    monkeypatch.setattr(gobuild, "compiler_version", lambda: COMPILER)
    return copy


def test_an_alias_finds_its_program() -> None:
    assert find("kubectl") is PROGRAMS["kube"]


def test_an_unknown_program_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no program 'kubctl'\. Known are: actionlint, "):
        find("kubctl")


def test_own_sources_change_the_hash(module: Path) -> None:
    before = binaries.content_hash(PROGRAMS["forward"])
    (module / "cmd/forward/main.go").write_text("package main")
    assert binaries.content_hash(PROGRAMS["forward"]) != before


def test_another_programs_sources_and_tests_do_not(module: Path) -> None:
    before = binaries.content_hash(PROGRAMS["forward"])
    (module / "cmd/pause/main.go").write_text("package main")
    (module / "cmd/forward/more_test.go").write_text("package main")
    assert binaries.content_hash(PROGRAMS["forward"]) == before


@pytest.mark.parametrize("lock", ["go.mod", "go.sum"])
@pytest.mark.parametrize("folder", ["", "monitoring"])
def test_the_locks_of_a_module_change_the_hash_of_its_programs(module: Path, folder: str, lock: str) -> None:
    before = {name: binaries.content_hash(program) for name, program in PROGRAMS.items()}
    (module / folder / lock).write_text("")
    changed = {name for name, program in PROGRAMS.items() if binaries.content_hash(program) != before[name]}
    assert changed == {name for name, program in PROGRAMS.items() if program.module == folder}


def test_the_compilers_version_changes_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = binaries.content_hash(PROGRAMS["kube"])
    monkeypatch.setattr(gobuild, "compiler_version", lambda: "go version go1.27.0 linux/amd64")
    assert binaries.content_hash(PROGRAMS["kube"]) != before


def test_a_built_program_is_found_by_each_of_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[list[str]] = []

    def compile_nothing(programs: list[Program], target: Path, *_: object) -> None:
        runs.append([program.name for program in programs])
        for program in programs:
            (target / program.binary).write_text(program.name)

    monkeypatch.setattr(gobuild, "build", compile_nothing)
    first = binaries.ensure_all(["kubectl", "etcd", "alertmanager", "local-path-provisioner"])
    assert first["kubectl"].resolve() == first["etcd"].resolve()
    assert first["kubectl"].name == "kubectl"
    assert binaries.ensure("kubeadm").read_text() == "kube"
    assert runs == [["kube"], ["alertmanager"], ["local-path-provisioner"]]


def test_a_missing_compiler_is_one_sentence_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(UsageError) as caught:
        gobuild.compiler()
    assert caught.value.problem == "The Go compiler is missing."
    assert caught.value.remedy == "Install Go 1.26 or newer and put it into PATH."


def test_the_nodes_file_names_the_version_that_is_built() -> None:
    assert (paths.NODE_FILES / "root/kind/version").read_text() == KUBERNETES_VERSION
    locks = (paths.GO_MODULE / "go.mod").read_text()
    assert f"k8s.io/kubernetes {KUBERNETES_VERSION}" in locks


def test_a_versioned_program_is_built_by_its_own_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    called: list[tuple[str, ...]] = []

    def note(*arguments: str, cwd: Path, variables: dict[str, str]) -> str:
        called.append(arguments)
        assert (cwd, variables) == (Path("/"), {"GOBIN": str(tmp_path)})
        return ""

    monkeypatch.setattr(gobuild, "_run_go", note)
    gobuild.build([PROGRAMS["actionlint"]], tmp_path, Progress.silent())
    ((verb, *_, package),) = called
    assert (verb, package) == ("install", PROGRAMS["actionlint"].package)
    assert PROGRAMS["actionlint"].binary == "actionlint"


def test_build_tags_change_the_hash_and_reach_the_compiler(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = PROGRAMS["promtool"]
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(gobuild, "_run_go", lambda *arguments, **_: called.append(arguments))
    gobuild.build([program], tmp_path, Progress.silent())
    assert ("-tags", "remove_all_sd") in list(itertools.pairwise(called[0]))
    assert binaries.content_hash(replace(program, tags=())) != binaries.content_hash(program)
