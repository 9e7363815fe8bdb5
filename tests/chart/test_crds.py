"""The chart installs exactly the committed definitions, and keeps them."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.chart.chart import CHART, Helm, of_kind

KEPT = {"helm.sh/resource-policy": "keep"}


def test_the_chart_holds_copies(crds: list[Path]) -> None:
    copies = {file.name: file.read_text() for file in (CHART / "files" / "crds").glob("*.yaml")}
    assert copies == {file.name: file.read_text() for file in crds}


def test_definitions_are_installed_and_kept(helm: Helm, crds: list[Path]) -> None:
    installed = {
        crd["metadata"]["name"]: crd for crd in of_kind(helm.template({}), "CustomResourceDefinition")
    }
    committed = {
        crd["metadata"]["name"]: crd for crd in map(yaml.safe_load, (file.read_text() for file in crds))
    }
    assert installed.keys() == committed.keys()
    for name, crd in installed.items():
        assert crd["metadata"]["annotations"].items() >= KEPT.items()
        assert crd["spec"] == committed[name]["spec"]


def test_definitions_can_be_left_to_others(helm: Helm) -> None:
    assert of_kind(helm.template({"crds": {"install": False}}), "CustomResourceDefinition") == []


def test_definitions_can_go_with_the_release(helm: Helm) -> None:
    for crd in of_kind(helm.template({"crds": {"keep": False}}), "CustomResourceDefinition"):
        assert "helm.sh/resource-policy" not in crd["metadata"].get("annotations", {})
