"""What the Prometheus operator is told; the alarms' expressions are tested by promtool in tests/chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resee_operator.components import Facts, alarms, monitoring
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import ROOT, LiveObjects, container_of, find, manifests_of, production

SLACK = {"slack": {"secretName": "hook", "key": "address"}}
ALARMS = {alarm.name: alarm for alarm in alarms.ALARMS}


def monitored(**fields: Any) -> Resolved:
    return production(monitoring={"enabled": True, **fields.pop("monitoring", {})}, **fields)


def made(resolved: Resolved) -> dict[str, dict[str, Any]]:
    return {item["kind"]: item for item in monitoring.objects(resolved, Facts())}


def rules(resolved: Resolved) -> list[dict[str, Any]]:
    (group,) = made(resolved)["PrometheusRule"]["spec"]["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_nothing_is_told_unless_it_is_asked_for() -> None:
    assert made(production()) == {}
    assert made(monitored(suspend=True)) == {}


def test_prometheus_finds_webs_metrics() -> None:
    resolved = monitored()
    monitor = made(resolved)["PodMonitor"]["spec"]
    (endpoint,) = monitor["podMetricsEndpoints"]
    web = find(manifests_of(resolved), "Deployment", "demo-web")
    labels = web["spec"]["template"]["metadata"]["labels"]
    assert monitor["selector"]["matchLabels"].items() <= labels.items()
    assert endpoint["port"] in {port["name"] for port in container_of(web)["ports"]}


def test_labels_are_those_that_prometheus_selects_by() -> None:
    labels = {"release": "prometheus", "app.kubernetes.io/instance": "mine"}
    for item in made(monitored(monitoring={"labels": labels})).values():
        assert item["metadata"]["labels"]["release"] == "prometheus"
        assert item["metadata"]["labels"]["app.kubernetes.io/instance"] == "demo"


def test_alarms_go_to_slack_where_it_is_named() -> None:
    assert "AlertmanagerConfig" not in made(monitored())
    config = made(monitored(notifications=SLACK))["AlertmanagerConfig"]["spec"]
    (receiver,) = config["receivers"]
    assert receiver["slackConfigs"][0]["apiURL"] == {"name": "hook", "key": "address"}
    assert config["route"]["receiver"] == receiver["name"]


def test_critical_alarms_wait_for_nothing() -> None:
    (critical,) = made(monitored(notifications=SLACK))["AlertmanagerConfig"]["spec"]["route"]["routes"]
    assert critical["groupWait"] == "0s"
    assert critical["matchers"] == [{"name": "severity", "matchType": "=", "value": "critical"}]


@pytest.mark.parametrize(
    ("name", "figure", "critical"),
    [
        ("ReseeErrorRate", "> 0.05", True),
        ("ReseeSlowResponses", "> 3", True),
        ("ReseeInstanceDown", "up{", True),
        ("ReseeTooFewInstances", "< 2", True),
        ("ReseeDatabaseFailover", "> 0", True),
        ("ReseeHighCPU", "> 0.8", False),
        ("ReseeDiskFull", "> 0.85", False),
        ("ReseeHighMemory", "> 0.9", False),
    ],
)
def test_figures_of_the_architecture(name: str, figure: str, critical: bool) -> None:
    (rule,) = [item for item in rules(monitored()) if item["alert"] == name]
    assert figure in rule["expr"]
    assert rule["labels"]["severity"] == ("critical" if critical else "warning")
    assert rule.get("for") == (None if critical else "30m")


def test_every_alarm_names_its_deployment_and_what_to_do() -> None:
    for rule in rules(monitored()):
        assert rule["labels"].items() >= {"namespace": "shop", "resee": "demo"}.items()
        assert rule["annotations"]["summary"].startswith("shop/demo: ")
        assert rule["annotations"]["description"]
        assert "<" not in rule["expr"].replace("< ", "")


def test_the_docs_have_every_alarm() -> None:
    text = (Path(ROOT) / "docs" / "alarms.md").read_text()
    assert [name for name in ALARMS if f"`{name}`" not in text] == []


def test_health() -> None:
    assert monitoring.health(production(), LiveObjects()).reason == Reason.NOT_NEEDED
    resolved = monitored()
    assert monitoring.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert monitoring.health(resolved, LiveObjects(manifests_of(resolved))).healthy
