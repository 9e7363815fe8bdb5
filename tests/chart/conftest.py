"""helm, built once by devcluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcluster import binaries
from tests.chart.chart import Helm


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return Helm(binaries.ensure("helm"), tmp_path_factory.mktemp("values"))


@pytest.fixture(scope="session")
def crds() -> list[Path]:
    from tests.chart.chart import ROOT

    return sorted((ROOT / "crds").glob("*.yaml"))
