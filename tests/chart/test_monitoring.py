"""The alerts fire when they should and are quiet otherwise; the dashboards ask for metrics that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from resee_operator.metrics import Metrics
from tests.chart.chart import CHART, FOLDER, Helm, of_kind, snapshot_values
from tests.support.promtool import Promtool, alerts, expectations

RULES = sorted((CHART / "files" / "alerts").glob("*.yaml"))
DASHBOARDS = sorted((CHART / "files" / "dashboards").glob("*.json"))
CASES = FOLDER / "alerts"
OWN_METRIC = re.compile(r"\bresee_operator_\w+")


def stem(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    return Promtool.built()


@pytest.mark.parametrize("rules", RULES, ids=stem)
def test_rules_are_valid(promtool: Promtool, rules: Path) -> None:
    promtool.check(rules)


@pytest.mark.parametrize("rules", RULES, ids=stem)
def test_rules_do_what_their_unit_tests_say(promtool: Promtool, rules: Path) -> None:
    promtool.test(CASES / rules.name)


@pytest.mark.parametrize("rules", RULES, ids=stem)
def test_each_alert_is_tested_firing_and_quiet(rules: Path) -> None:
    assert expectations(CASES / rules.name) == {name: {True, False} for name in alerts(rules)}


@pytest.mark.parametrize("rules", RULES, ids=stem)
def test_each_alert_says_how_bad_it_is_and_what_to_do(rules: Path) -> None:
    for group in yaml.safe_load(rules.read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"warning", "critical"}, rule["alert"]
            assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]


def test_the_rule_object_holds_every_file(helm: Helm) -> None:
    (made,) = of_kind(helm.template(snapshot_values()["full"]), "PrometheusRule")
    groups = [group for rules in RULES for group in yaml.safe_load(rules.read_text())["groups"]]
    assert made["spec"]["groups"] == groups


def test_the_dashboards_arrive_as_they_are(helm: Helm) -> None:
    made = of_kind(helm.template(snapshot_values()["full"]), "ConfigMap")
    (data,) = [item["data"] for item in made if item["metadata"]["name"].endswith("-dashboards")]
    assert {name: json.loads(text) for name, text in data.items()} == {
        file.name: json.loads(file.read_text()) for file in DASHBOARDS
    }


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=stem)
def test_panels_ask_in_promql(promtool: Promtool, dashboard: Path, tmp_path: Path) -> None:
    texts = [expression.replace("$__rate_interval", "5m") for expression in asked(dashboard)]
    promtool.check_expressions([re.sub(r"=~\"\$\w+\"", '=~".*"', text) for text in texts], tmp_path)


@pytest.mark.parametrize("file", [*RULES, *DASHBOARDS], ids=stem)
def test_only_metrics_that_the_operator_has_are_asked_for(file: Path) -> None:
    texts = asked(file) if file in DASHBOARDS else expressions_of(file)
    assert {name for text in texts for name in OWN_METRIC.findall(text)} <= exposed()


def test_the_operators_dashboard_shows_every_metric() -> None:
    shown = {
        name for text in asked(CHART / "files/dashboards/operator.json") for name in OWN_METRIC.findall(text)
    }
    families = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in shown}
    assert families == {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name in exposed()}


def asked(dashboard: Path) -> Iterator[str]:
    """The expressions of all panels."""
    content: dict[str, Any] = json.loads(dashboard.read_text())
    for panel in content["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def expressions_of(rules: Path) -> Iterator[str]:
    for group in yaml.safe_load(rules.read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def exposed() -> set[str]:
    """Names under which the operator's own metrics are scraped."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {
        family.name + suffix
        for family in Metrics().registry.collect()
        if family.name.startswith("resee_operator_")
        for suffix in suffixes[family.type]
    }
