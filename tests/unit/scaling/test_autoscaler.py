"""Whole rounds on a fake cluster: what is measured becomes a number of Pods, written by nobody twice."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components.workloads import RULE_ANNOTATION
from resee_operator.kube.errors import Unavailable
from resee_operator.kube.resources import KINDS
from resee_operator.scaling import measures
from resee_operator.scaling.autoscaler import ROUND, Autoscaler
from resee_operator.scaling.rule import Change
from tests.unit.engine.world import KEY, World

DEPLOYMENT = KINDS["Deployment"]
REQUESTS = 'resee_http_request_duration_seconds_count{route="api/x/"}'
IN_THE_CLUSTER = {"database": {"provider": "StatefulSet"}, "redis": {"provider": "StatefulSet"}}


class Town:
    """A deployment of stage Production whose load can be set; metrics-server and web answer by it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **spec: Any) -> None:
        monkeypatch.setitem(KINDS, "PodMetrics", measures.POD_METRICS)
        self.world = World(**{"stage": "Production", **IN_THE_CLUSTER, **spec})
        self.kube = self.world.kube
        self.cpu = self.requests = self.tasks = 0.0
        """Cores that all web Pods use together; requests a minute; tasks in queue default."""
        self.answers = True
        self.changes: list[Change] = []
        self.served = 0.0
        self.scaler = self.replica()

    def replica(self) -> Autoscaler:
        return Autoscaler(
            self.kube,
            self.world.cache,
            self,
            counted=self.changes.append,
            monotonic=self.world.monotonic,
        )

    async def start(self, pods: int = 2) -> None:
        await self.world.create()
        await self.world.settle()
        await self.set("demo-web", pods)
        await self.set("demo-worker-main", 2)
        await self.controllers()

    async def set(self, name: str, pods: int) -> None:
        await self.kube.patch(DEPLOYMENT, KEY[0], name, {"spec": {"replicas": pods}}, subresource="scale")

    def pods(self, name: str = "demo-web") -> int:
        return int(self.kube.objects("Deployment")[name]["spec"].get("replicas", 1))

    async def read(self, address: str) -> str | None:
        """A web Pod's page; every Pod has served the same share."""
        share = self.served / max(self.pods(), 1)
        queue = f'resee_queue_waiting{{queue="default"}} {self.tasks}\n'
        return f"{REQUESTS} {share}\n{queue}" if self.answers else None

    async def controllers(self) -> None:
        """Deployments are settled, Pods ready, and metrics-server has measured them."""
        await self.world.move()
        for name in ("demo-web", "demo-worker-main"):
            component = name.removeprefix("demo-")
            for number in range(12):
                await self._pod(component, f"{name}-{number}", number < self.pods(name))
        self.world.look()

    async def _pod(self, component: str, name: str, wanted: bool) -> None:
        for resource in (KINDS["Pod"], measures.POD_METRICS):
            exists = name in self.kube.objects(resource.kind)
            if exists and (not wanted or resource is measures.POD_METRICS):
                await self.kube.delete(resource, KEY[0], name)
            if wanted and not (exists and resource.kind == "Pod"):
                await self.kube.create(self._made(resource.kind, resource.api_version, component, name))

    def _made(self, kind: str, version: str, component: str, name: str) -> dict[str, Any]:
        labels = {
            "app.kubernetes.io/instance": KEY[1],
            "app.kubernetes.io/component": component,
            "app.kubernetes.io/managed-by": "resee-operator",
        }
        cpu = self.cpu / self.pods() if component == "web" else 0.0
        ready = [{"type": "Ready", "status": "True"}]
        return {
            "apiVersion": version,
            "kind": kind,
            "metadata": {"name": name, "namespace": KEY[0], "labels": labels},
            "status": {"podIP": name, "conditions": ready},
            "containers": [{"name": component, "usage": {"cpu": f"{cpu * 1e9:.0f}n"}}],
        }

    async def pass_time(self, seconds: float) -> None:
        """Rounds for so long, with controllers between them."""
        for _ in range(int(seconds / ROUND)):
            self.world.seconds += ROUND
            self.served += self.requests * ROUND / 60
            await self.controllers()
            await self.scaler.round()
            self.world.look()


@pytest.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    made = Town(monkeypatch)
    await made.start(pods=4)
    return made


async def test_out_by_five_minutes_of_cpu(town: Town) -> None:
    town.cpu = 4 * 0.5 * 0.9
    await town.pass_time(285)
    assert town.pods() == 4
    await town.pass_time(45)
    assert town.pods() == 6
    assert set(town.changes) == {Change.OUT}


async def test_out_by_a_minute_of_requests(town: Town) -> None:
    town.requests = 5500
    await town.pass_time(105)
    assert town.pods() == 6


async def test_out_by_the_depth_of_queues(town: Town) -> None:
    town.tasks = 90
    await town.pass_time(90)
    assert town.pods("demo-worker-main") == 5
    assert town.pods() == 4


async def test_in_after_ten_quiet_minutes_and_a_pod_a_minute(town: Town) -> None:
    town.requests = 60
    await town.pass_time(600)
    assert town.pods() == 4
    await town.pass_time(45)
    assert town.pods() == 3
    await town.pass_time(30)
    assert town.pods() == 3
    await town.pass_time(45)
    assert town.pods() == 2
    await town.pass_time(1200)
    assert town.pods() == 2


async def test_no_metrics_take_no_pod_away(town: Town) -> None:
    town.answers = False
    await town.pass_time(1800)
    assert town.pods() == 4


async def test_another_leader_begins_to_count_anew(town: Town) -> None:
    await town.pass_time(590)
    town.scaler = town.replica()
    await town.pass_time(590)
    assert town.pods() == 4
    await town.pass_time(120)
    assert town.pods() < 4


async def test_a_rollout_takes_no_pod_away(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck() -> bool:
        status = {"observedGeneration": 1, "replicas": 5, "updatedReplicas": 1, "availableReplicas": 4}
        await town.kube.patch(DEPLOYMENT, KEY[0], "demo-web", {"status": status}, subresource="status")
        return False

    monkeypatch.setattr(town.world, "move", stuck)
    await town.pass_time(1200)
    assert town.pods() == 4


async def test_a_number_that_others_have_just_changed_stands(town: Town) -> None:
    """The autoscaler of Kubernetes was faster than the watch: the version no longer fits."""
    town.requests = 9000
    await town.pass_time(60)
    town.world.seconds += ROUND
    town.served += town.requests
    await town.set("demo-web", 7)
    await town.scaler.round()
    assert town.pods() == 7
    assert town.changes == []


async def test_a_deployment_that_was_suspended_comes_back_with_the_fewest(town: Town) -> None:
    await town.set("demo-web", 0)
    town.world.look()
    await town.scaler.round()
    assert town.pods() == 2


async def test_an_event_tells_why(town: Town) -> None:
    town.requests = 5500
    await town.pass_time(105)
    (event,) = town.kube.objects("Event").values()
    assert event["reason"] == "ScaledOut"
    assert event["message"].startswith("web: 4 -> 6 Pods, since 13")


async def test_a_refused_write_is_tried_again_later(town: Town) -> None:
    town.requests = 5500
    town.kube.fail = lambda verb, _: Unavailable(503, "Unavailable", "no") if verb == "patch" else None
    await town.pass_time(30)
    town.kube.fail = lambda *_: None
    assert town.pods() == 4
    await town.pass_time(90)
    assert town.pods() == 6


@pytest.mark.parametrize("spec", [{"stage": "Local"}, {"web": {"replicas": 3}, "suspend": True}])
async def test_asks_nobody_where_nothing_is_scaled(
    spec: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(monkeypatch, **spec)
    await town.world.create()
    await town.world.settle()
    before = town.kube.calls.total()
    await town.scaler.round()
    assert town.kube.calls.total() == before


async def test_a_rule_that_somebody_has_broken_scales_nothing(town: Town) -> None:
    change = {"metadata": {"annotations": {RULE_ANNOTATION: "{"}}}
    await town.kube.patch(KINDS["HorizontalPodAutoscaler"], KEY[0], "demo-web", change)
    town.requests = 9000
    await town.pass_time(300)
    assert town.pods() == 4


async def test_calls_are_bounded(town: Town) -> None:
    before = town.kube.calls["list"]
    town.world.seconds += ROUND
    await town.scaler.round()
    assert town.kube.calls["list"] == before + 1
