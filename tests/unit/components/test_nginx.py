"""Nginx: its Service as the user wants it, its Pods led to web."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components import nginx
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import (
    LiveObjects,
    container_of,
    env_of,
    find,
    manifests_of,
    production,
    resolved_of,
    rolled_out,
)


def service(resolved: Resolved) -> dict[str, Any]:
    return find(manifests_of(resolved), "Service", "demo-nginx")


def deployment(resolved: Resolved) -> dict[str, Any]:
    return find(manifests_of(resolved), "Deployment", "demo-nginx")


def test_the_service_stays_inside_by_default() -> None:
    spec = service(resolved_of())["spec"]
    assert spec["type"] == "ClusterIP"
    assert spec["ports"] == [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]


def test_a_port_on_each_node() -> None:
    spec = service(resolved_of(nginx={"service": {"type": "NodePort", "nodePort": 30080}}))["spec"]
    assert spec["type"] == "NodePort"
    assert spec["ports"][0]["nodePort"] == 30080


def test_a_port_that_kubernetes_chooses_is_left_out() -> None:
    ports = service(resolved_of(nginx={"service": {"type": "NodePort"}}))["spec"]["ports"]
    assert "nodePort" not in ports[0]


def test_annotations_of_a_load_balancer() -> None:
    wanted = {"service.beta.kubernetes.io/aws-load-balancer-type": "nlb"}
    manifest = service(resolved_of(nginx={"service": {"type": "LoadBalancer", "annotations": wanted}}))
    assert manifest["metadata"]["annotations"] == wanted


def test_it_leads_to_web() -> None:
    variables = env_of(deployment(resolved_of()))
    assert (variables["BACKEND_HOST"], variables["BACKEND_PORT"]) == ("demo-web", "8000")
    assert service_port_of_web() == 8000


def test_proxies_that_are_trusted() -> None:
    assert "REAL_IP_FROM" not in env_of(deployment(resolved_of()))
    ranges = ["10.0.0.0/8", "2400:cb00::/32"]
    variables = env_of(deployment(resolved_of(ingress={"trustedProxies": ranges})))
    assert variables["REAL_IP_FROM"] == "10.0.0.0/8,2400:cb00::/32"


def service_port_of_web() -> int:
    (port,) = find(manifests_of(resolved_of()), "Service", "demo-web")["spec"]["ports"]
    return int(port["port"])


@pytest.mark.parametrize(("limit", "processes"), [(None, "2"), ("500m", "1"), ("1", "1"), ("3500m", "3")])
def test_it_has_a_process_for_each_core_that_it_may_use(limit: str | None, processes: str) -> None:
    limits = {} if limit is None else {"resources": {"limits": {"cpu": limit}}}
    assert env_of(deployment(resolved_of(nginx=limits)))["WORKER_PROCESSES"] == processes


def test_it_reads_no_secret() -> None:
    container = container_of(deployment(resolved_of()))
    assert "envFrom" not in container
    assert all(isinstance(value, str) for value in env_of(deployment(resolved_of())).values())


def test_probes_ask_nginx_itself() -> None:
    container = container_of(deployment(resolved_of()))
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[name]["httpGet"]["path"] == "/nginx-health"
        assert container[name]["httpGet"]["port"] == 8080


def test_production_runs_one_in_each_zone_and_they_do_not_go_together() -> None:
    resolved = production()
    assert deployment(resolved)["spec"]["replicas"] == 3
    assert find(manifests_of(resolved), "PodDisruptionBudget", "demo-nginx")


def test_across_zones_traffic_stays_in_its_zone() -> None:
    near, alone = production(), resolved_of()
    for name in ("demo-nginx", "demo-web"):
        assert find(manifests_of(near), "Service", name)["spec"]["trafficDistribution"] == "PreferSameZone"
    assert "trafficDistribution" not in find(manifests_of(alone), "Service", "demo-nginx")["spec"]


def test_across_zones_it_knows_each_web_pod_that_is_ready() -> None:
    across = production()
    named = env_of(deployment(across))["BACKEND_HOST"]
    spec = find(manifests_of(across), "Service", named)["spec"]
    assert (spec["clusterIP"], spec["publishNotReadyAddresses"]) == ("None", False)
    assert spec["selector"] == find(manifests_of(across), "Service", "demo-web")["spec"]["selector"]


def test_live_update_makes_the_file_system_writable() -> None:
    container = container_of(deployment(resolved_of(dev={"liveUpdate": True})))
    assert container["securityContext"]["readOnlyRootFilesystem"] is False


def test_health() -> None:
    resolved = resolved_of()
    assert nginx.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert nginx.health(resolved, LiveObjects([rolled_out(deployment(resolved))])).healthy
