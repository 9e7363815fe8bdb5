"""Beat: exactly one, and the old one ends first."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import beat
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    find,
    manifests_of,
    production,
    resolved_of,
    rolled_out,
)


def deployment(resolved: Resolved) -> dict[str, Any]:
    return find(manifests_of(resolved), "Deployment", "demo-beat")


@pytest.mark.parametrize("resolved", [resolved_of(), resolved_of(stage="Basic"), production()])
def test_there_is_never_a_second_one(resolved: Resolved) -> None:
    spec = deployment(resolved)["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_it_is_asked_itself_and_not_the_workers() -> None:
    container = container_of(deployment(resolved_of()))
    assert container["command"] == ["python3", "-m", "celery", "-A", "config", "beat"]
    for name in ("startupProbe", "livenessProbe"):
        assert container[name]["exec"]["command"][-1] == "/app/backend/bin/beat_alive.py"


def test_health_looks_at_beat_alone() -> None:
    resolved = resolved_of()
    assert beat.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert beat.health(resolved, LiveObjects([rolled_out(deployment(resolved))])).healthy
