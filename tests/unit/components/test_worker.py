"""Workers: a Deployment for each group, its queues, and time to end."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import backend, worker
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    find,
    manifests_of,
    pod,
    production,
    resolved_of,
    rolled_out,
    waiting,
)


def deployment(resolved: Resolved, group: str = "all") -> dict[str, Any]:
    return find(manifests_of(resolved), "Deployment", f"demo-worker-{group}")


GROUPS = [
    {"name": "slow", "queues": ["email"], "concurrency": 1},
    {"name": "fast", "queues": ["default", "reviews"], "replicas": 2},
]


def test_a_group_consumes_its_queues() -> None:
    command = container_of(deployment(resolved_of(workers=GROUPS), "fast"))["command"]
    assert command[:5] == ["python3", "-m", "celery", "-A", "config"]
    assert command[5:12] == ["worker", "-Q", "default,reviews", "-c", "2", "-n", "fast@%h"]


def test_workers_do_not_talk_among_themselves() -> None:
    command = container_of(deployment(resolved_of(workers=GROUPS), "fast"))["command"]
    assert command[12:] == ["--without-mingle", "--without-gossip"]


def test_every_queue_is_consumed_by_the_groups_of_each_stage() -> None:
    for resolved in (resolved_of(), resolved_of(stage="Basic"), production()):
        commands = [container_of(deployment(resolved, group.name))["command"] for group in resolved.workers]
        queues = {name for command in commands for name in command[command.index("-Q") + 1].split(",")}
        assert queues == {"default", "reviews", "email"}


def test_groups_have_selectors_of_their_own() -> None:
    resolved = resolved_of(workers=GROUPS)
    fast, slow = (deployment(resolved, name)["spec"]["selector"]["matchLabels"] for name in ("fast", "slow"))
    assert fast != slow


def test_groups_share_an_account() -> None:
    resolved = resolved_of(workers=GROUPS)
    accounts = {
        deployment(resolved, name)["spec"]["template"]["spec"]["serviceAccountName"]
        for name in ("fast", "slow")
    }
    assert accounts == {"demo-worker"}


def test_the_longest_task_may_end() -> None:
    manifests = manifests_of(resolved_of())
    limit = int(find(manifests, "ConfigMap", "demo-config")["data"]["CELERY_TASK_TIME_LIMIT"])
    grace = deployment(resolved_of())["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert limit == backend.LONGEST_TASK
    assert grace > limit


def test_liveness_is_not_readiness() -> None:
    """A worker that waits for its broker is not ready, and must not be restarted."""
    container = container_of(deployment(resolved_of()))
    assert container["livenessProbe"]["exec"]["command"][-1] == "/app/backend/bin/worker_alive.py"
    assert container["startupProbe"]["exec"]["command"][-1] == "/app/backend/bin/worker_alive.py"
    assert container["readinessProbe"]["exec"]["command"][-1] == "/app/backend/bin/worker_ready.py"


def test_probes_skip_site_packages() -> None:
    container = container_of(deployment(resolved_of()))
    for name in ("livenessProbe", "readinessProbe"):
        assert container[name]["exec"]["command"][:2] == ["python3", "-S"]


class TestHealth:
    def test_all_groups_are_ready(self) -> None:
        resolved = resolved_of(workers=GROUPS)
        live = LiveObjects([rolled_out(deployment(resolved, name)) for name in ("fast", "slow")])
        verdict = worker.health(resolved, live)
        assert (verdict.healthy, verdict.reason) == (True, Reason.READY)
        assert verdict.data["replicas"] == {"worker-fast": "2/2", "worker-slow": "1/1"}

    def test_one_group_is_missing(self) -> None:
        resolved = resolved_of(workers=GROUPS)
        verdict = worker.health(resolved, LiveObjects([rolled_out(deployment(resolved, "fast"))]))
        assert (verdict.healthy, verdict.reason) == (False, Reason.MISSING)
        assert "demo-worker-slow" in verdict.message

    def test_what_needs_action_is_told_before_what_passes_by_itself(self) -> None:
        resolved = resolved_of(workers=GROUPS)
        broken = {**rolled_out(deployment(resolved, "slow")), "status": {"observedGeneration": 1}}
        crash = waiting("worker", "CrashLoopBackOff")
        live = LiveObjects([broken, pod("worker-slow", containerStatuses=[crash])])
        verdict = worker.health(resolved, live)
        assert verdict.reason == Reason.CRASH_LOOPING
        assert verdict.data["replicas"].keys() == {"worker-fast", "worker-slow"}


@pytest.mark.parametrize("group", ["main", "email"])
def test_production_spreads_groups_over_zones(group: str) -> None:
    spec = deployment(production(), group)["spec"]["template"]["spec"]
    selector = spec["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]
    assert selector["app.kubernetes.io/component"] == f"worker-{group}"
