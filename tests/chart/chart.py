"""Rendering the chart as `helm install` would, and the values that its tests render it with."""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "resee-operator"
FOLDER = Path(__file__).resolve().parent
NAMESPACE = "resee-system"
RELEASE = "resee"

Values = dict[str, Any]
Documents = list[dict[str, Any]]
Leaf = tuple[str, ...]


@dataclass(frozen=True)
class Helm:
    """One helm program and the folder for the values files of one test."""

    program: Path
    folder: Path
    _rendered: dict[str, str] = field(default_factory=dict)

    def template(self, values: Mapping[str, Any]) -> Documents:
        """Return the rendered objects; raise ``subprocess.CalledProcessError`` where helm refuses."""
        key = json.dumps(values, sort_keys=True)
        if key not in self._rendered:
            options = (RELEASE, str(CHART), f"--namespace={NAMESPACE}")
            self._rendered[key] = self._run("template", *options, values=values)
        return [document for document in yaml.safe_load_all(self._rendered[key]) if document]

    def lint(self, values: Mapping[str, Any]) -> str:
        return self._run("lint", "--strict", str(CHART), values=values)

    def _run(self, *arguments: str, values: Mapping[str, Any]) -> str:
        file = self.folder / "values.yaml"
        file.write_text(yaml.safe_dump(dict(values)))
        command = [str(self.program), *arguments, f"--values={file}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def default_values() -> Values:
    values: Values = yaml.safe_load((CHART / "values.yaml").read_text())
    return values


def full_values() -> Values:
    """Every value, set to something else than its default."""
    values: Values = yaml.safe_load((FOLDER / "values" / "full.yaml").read_text())
    return values


def snapshot_values() -> dict[str, Values]:
    """Values of the two snapshots. The full one creates what its values are about."""
    everything = {
        "crds": {"install": True, "keep": False},
        "rbac": {"create": True},
        "serviceAccount": full_values()["serviceAccount"] | {"create": True},
        "podDisruptionBudget": {"enabled": True},
    }
    full = full_values() | everything
    full["metrics"]["service"]["enabled"] = True
    return {"minimal": {}, "full": full}


def leaves(values: Mapping[str, Any], above: Leaf = ()) -> Iterator[Leaf]:
    """Yield the path of each value that a user sets: everything but the folders of the values file."""
    for key, value in values.items():
        path = (*above, key)
        if isinstance(value, dict) and value:
            yield from leaves(value, path)
        else:
            yield path


def look_up(values: Mapping[str, Any], path: Leaf) -> Any:
    found: Any = values
    for key in path:
        found = found[key]
    return found


def with_value(values: Values, path: Leaf, value: Any) -> Values:
    """Return a copy of ``values`` in which one of them is another."""
    changed = copy.deepcopy(values)
    place = changed
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value
    return changed


def of_kind(documents: Documents, kind: str) -> Documents:
    return [document for document in documents if document["kind"] == kind]


def without_crds(documents: Documents) -> Documents:
    """The definitions are generated and have a test of their own."""
    return [document for document in documents if document["kind"] != "CustomResourceDefinition"]
