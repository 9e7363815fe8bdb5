"""The manifests of the examples, as a whole: a change of any of them is seen before it is released."""

from __future__ import annotations

import pytest

from tests.golden.update import golden_file, rendered
from tests.support.deployments import STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_manifests_are_the_golden_ones(stage: str) -> None:
    remedy = "read the difference, then run `python -m tests.golden.update`"
    assert rendered(stage) == golden_file(stage).read_text(), remedy
