"""The figures of the stages keep their promises about machines and sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from resee_operator import quantity
from resee_operator.api.deployment import Stage
from resee_operator.api.workloads import QUEUES
from resee_operator.components import Manifest
from resee_operator.stages.defaults import BASIC, LOCAL, PRODUCTION, STAGES, StageDefaults
from resee_operator.stages.sizes import Band
from tests.support.deployments import manifests_of, pod_templates, resolved_of

MIB = Decimal(2**20)


def requested(manifests: list[Manifest], resource: str) -> Decimal:
    """Sum of the requests of all Pods, the Jobs' among them."""
    by_name = {f"{item['kind']}/{item['metadata']['name']}": item for item in manifests}
    total = Decimal(0)
    for name, template in pod_templates(manifests).items():
        count = by_name[name]["spec"].get("replicas", 1)
        for container in template["spec"]["containers"]:
            total += count * quantity.parse(container["resources"]["requests"][resource])
    return total


def test_local_asks_for_at_most_half_a_core() -> None:
    assert requested(manifests_of(resolved_of(stage="Local")), "cpu") <= Decimal("0.5")


def test_basic_fits_a_t3_medium_with_a_second_web_pod() -> None:
    """1.93 cores and 3.3 GiB can be used; the system's Pods take 0.35 cores and 0.4 GiB of them."""
    manifests = manifests_of(resolved_of(stage="Basic"))
    surge = BASIC.resources["web"]
    cpu = requested(manifests, "cpu") + quantity.parse(surge.cpu_request)
    memory = requested(manifests, "memory") + quantity.parse(surge.memory_request)
    assert cpu <= Decimal("1.93") - Decimal("0.35")
    assert memory / MIB <= Decimal(3.3 - 0.4) * 1024


def test_production_runs_two_to_ten_above_seventy_percent() -> None:
    scaling = PRODUCTION.web.autoscaling
    assert scaling is not None
    assert (scaling.min_replicas, scaling.max_replicas) == (2, 10)
    assert (scaling.cpu, scaling.requests) == (Band(70, 30), Band(1000, 100))
    assert PRODUCTION.nginx.replicas == 3
    assert PRODUCTION.spread_zones


@pytest.mark.parametrize("stage", STAGES)
def test_every_queue_has_a_worker(stage: Stage) -> None:
    consumed = {queue for group in STAGES[stage].workers for queue in group.queues}
    assert consumed == set(QUEUES)


@pytest.mark.parametrize("defaults", [LOCAL, BASIC, PRODUCTION])
def test_memory_limits_leave_room(defaults: StageDefaults) -> None:
    for component, amounts in defaults.resources.items():
        share = quantity.parse(amounts.memory_limit) / quantity.parse(amounts.memory_request)
        assert share >= Decimal("1.5"), component


@pytest.mark.parametrize("defaults", [LOCAL, BASIC, PRODUCTION])
def test_shared_buffers_fit_the_request(defaults: StageDefaults) -> None:
    buffers = int(defaults.database_parameters["shared_buffers"].removesuffix("MB"))
    assert buffers * MIB <= quantity.parse(defaults.resources["database"].memory_request) / 4


def connections(defaults: StageDefaults) -> int:
    """Connections of all processes at the stage's largest, with one more Pod while it rolls."""

    def pods(scale: Any) -> int:
        return int(scale.autoscaling.max_replicas if scale.autoscaling else scale.replicas) + 1

    web = pods(defaults.web) * defaults.web_concurrency * defaults.web_threads
    workers = sum(pods(group.scale) * group.concurrency for group in defaults.workers)
    spare = 10
    return web + workers + spare


@pytest.mark.parametrize("defaults", [LOCAL, BASIC, PRODUCTION])
def test_the_database_takes_every_connection(defaults: StageDefaults) -> None:
    assert int(defaults.database_parameters["max_connections"]) >= connections(defaults)
