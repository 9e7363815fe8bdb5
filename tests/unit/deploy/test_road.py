"""When images may be loaded: as soon as the cluster is made, and never into one that failed to start."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest

from devcluster.cluster.lifecycle import Cluster
from devcluster.cluster.record import Record
from devcluster.deploy import road
from devcluster.errors import ClusterError


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESEE_STATE_DIR", str(tmp_path))
    return tmp_path


def record(complete: bool) -> None:
    Record("demo", 1, api_port=1, http_port=2, s3_port=3, complete=complete).write()


def test_a_made_cluster_takes_images_while_it_is_checked() -> None:
    record(complete=True)
    assert road._made("demo", Future())


def test_a_failed_start_takes_none() -> None:
    record(complete=False)
    starting: Future[Cluster] = Future()
    starting.set_exception(ClusterError("no node", "Try again."))
    assert not road._made("demo", starting)


def test_a_start_that_has_ended_well_takes_them() -> None:
    starting: Future[Cluster] = Future()
    starting.set_result(None)  # type: ignore[arg-type]  # the cluster itself is not looked at
    assert road._made("demo", starting)
