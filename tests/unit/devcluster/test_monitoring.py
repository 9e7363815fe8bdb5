"""What `devcluster monitoring` applies: images and versions that it builds, rules that the docs show."""

from __future__ import annotations

import re
from typing import Any

import yaml

from devcluster import paths
from devcluster.monitoring import images, stack
from devcluster.programs import PROGRAMS
from resee_operator.api.monitoring import Monitoring


def one(kind: str) -> dict[str, Any]:
    (found,) = [item for item in stack.objects() if item["kind"] == kind]
    return found


def test_every_image_is_built() -> None:
    named = set(re.findall(r"resee\.local/[\w-]+:1", str(stack.objects())))
    assert named == {images.reference(name) for name in images.PROGRAMS}


def test_the_versions_are_those_that_are_built() -> None:
    # Prometheus 3.16.0 is version 0.316.0 of its module.
    major, minor, patch = one("Prometheus")["spec"]["version"].removeprefix("v").split(".")
    assert PROGRAMS["prometheus"].package.endswith(f"@v0.{major}{minor:0>2}.{patch}")
    locks = (paths.GO_MODULE / "monitoring" / "go.mod").read_text()
    assert f"github.com/prometheus/alertmanager {one('Alertmanager')['spec']['version']} " in locks


def test_it_is_where_the_network_policies_expect_it() -> None:
    for kind in ("Prometheus", "Alertmanager"):
        assert one(kind)["metadata"]["namespace"] == stack.NAMESPACE == Monitoring().namespace


def test_it_selects_by_the_label_that_the_docs_name() -> None:
    labels = {"release": "prometheus"}
    prometheus, alertmanager = one("Prometheus")["spec"], one("Alertmanager")["spec"]
    for selector in (
        prometheus["podMonitorSelector"],
        prometheus["ruleSelector"],
        alertmanager["alertmanagerConfigSelector"],
    ):
        assert selector == {"matchLabels": labels}
    assert "labels: {release: prometheus}" in (paths.ROOT / "docs" / "alarms.md").read_text()


def test_the_docs_show_the_metrics_adapters_rules() -> None:
    text = (paths.ROOT / "docs" / "autoscaling.md").read_text()
    (block,) = re.findall(r"```yaml\n(rules:.*?)```", text, re.DOTALL)
    assert yaml.safe_load(block) == yaml.safe_load(stack.RULES.read_text())
