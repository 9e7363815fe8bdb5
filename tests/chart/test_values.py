"""Every value is documented, has a schema, and changes what is installed."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from tests.chart.chart import (
    CHART,
    Helm,
    Leaf,
    default_values,
    full_values,
    leaves,
    look_up,
    snapshot_values,
    with_value,
)

LEAVES = list(leaves(default_values()))


def dotted(path: Leaf) -> str:
    return ".".join(path)


@pytest.mark.parametrize("path", LEAVES, ids=dotted)
def test_full_values_differ_from_the_default(path: Leaf) -> None:
    assert look_up(full_values(), path) != look_up(default_values(), path)


@pytest.mark.parametrize("path", LEAVES, ids=dotted)
def test_each_value_changes_what_is_installed(helm: Helm, path: Leaf) -> None:
    other = look_up(full_values(), path)
    alone = helm.template(with_value({}, path, other)) != helm.template({})
    full = snapshot_values()["full"]
    without = with_value(full, path, look_up(default_values(), path))
    among_others = helm.template(without) != helm.template(full)
    assert alone or among_others


@pytest.mark.parametrize("path", LEAVES, ids=dotted)
def test_each_value_is_documented(path: Leaf) -> None:
    lines = (CHART / "values.yaml").read_text().splitlines()
    key = re.compile(rf"^ {{{2 * (len(path) - 1)}}}{re.escape(path[-1])}:")
    # Parts of Kubernetes' own forms (requests, limits) are documented by the value that holds them.
    inside_kubernetes_form = path[0] == "resources"
    assert inside_kubernetes_form or any(
        key.match(line) and "# -- " in lines[number - 1] for number, line in enumerate(lines)
    )


def schema_of(path: Leaf) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
    for key in path:
        if "properties" not in schema:
            break
        schema = schema["properties"][key]
    return schema


@pytest.mark.parametrize("path", LEAVES, ids=dotted)
def test_each_value_has_a_schema(path: Leaf) -> None:
    assert schema_of(path).keys() & {"type", "enum"}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("replicas",), 2),
        (("replicaCount",), 0),
        (("image", "pullPolicy"), "Sometimes"),
        (("namespaces",), ["Team A"]),
        (("logLevel",), "chatty"),
        (("metrics", "port"), 80),
        (("metrics", "serviceMonitor", "interval"), "often"),
        (("resources", "request"), {"cpu": "1"}),
    ],
    ids=str,
)
def test_wrong_values_are_refused_by_name(helm: Helm, path: Leaf, wrong: Any) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        helm.template(with_value({}, path, wrong))
    assert path[-1] in refused.value.stderr


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_lint_is_clean(helm: Helm, name: str) -> None:
    assert "0 chart(s) failed" in helm.lint(snapshot_values()[name])
