"""What kwok and the scheduler beside it are told."""

from __future__ import annotations

from pathlib import Path

import yaml

from devcluster import kwok


def test_scheduler_does_not_wait_for_volumes(tmp_path: Path) -> None:
    file = kwok.scheduler_configuration(tmp_path, tmp_path / "kubeconfig")

    (profile,) = yaml.safe_load(file.read_text())["profiles"]
    assert {"name": "VolumeBinding"} in profile["plugins"]["multiPoint"]["disabled"]


def test_stages_cover_nodes_and_pods() -> None:
    stages = list(yaml.safe_load_all(kwok.STAGES.read_text()))

    kinds = [stage["spec"]["resourceRef"]["kind"] for stage in stages]
    assert kinds == ["Node", "Pod", "Pod", "Pod"]
    assert len({stage["metadata"]["name"] for stage in stages}) == len(stages)


def test_kwok_reads_our_stages_and_not_the_user_s() -> None:
    command = kwok.command(Path("kwok"), Path("kubeconfig"))

    assert f"--config={kwok.STAGES}" in command
