"""What each release makes of typical deployments. An operator that made something else would restart Pods.

``releases/<version>/<case>.yaml`` holds a ReseeDeployment, with the version that its status is pinned to,
and then all that holds Pods. The folder of the version in pyproject.toml is written by ``make generate``;
with the next version it stays as it is, and is compared from then on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from resee_operator.api import parse
from resee_operator.components import Manifest
from resee_operator.engine.diff import IMMUTABLE
from resee_operator.settings import Settings
from resee_operator.stages import resolve
from tests.support.deployments import (
    GOLDEN,
    ROOT,
    STAGES,
    UID,
    example,
    facts_of,
    manifests_of,
    pod_templates,
)

FOLDER = GOLDEN / "releases"


def present_version() -> str:
    """The version that is being made, of project, chart and operator."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return version


def cases() -> dict[str, dict[str, Any]]:
    """ReseeDeployments without a version of their own, by the name of the case."""
    found = {stage.lower(): example(stage) for stage in STAGES}
    for name in ("custom", "pooled"):
        found[name] = yaml.safe_load((GOLDEN / f"{name}.yaml").read_text())
    for resee in found.values():
        resee["spec"].pop("version", None)
    return found


def snapshots() -> Mapping[Path, str]:
    """The files of the present version."""
    version = present_version()
    files = {}
    for name, resee in cases().items():
        pinned = {**resee, "status": {"version": version}}
        documents = [pinned, *made_of(pinned, version)]
        files[FOLDER / version / f"{name}.yaml"] = yaml.safe_dump_all(documents, sort_keys=False, width=110)
    return files


def made_of(resee: Mapping[str, Any], operator: str) -> list[Manifest]:
    """What holds Pods, as an operator of that version with its default settings makes it."""
    named = {**resee, "metadata": {**resee["metadata"], "namespace": "shop", "uid": UID}}
    model = parse(named)
    defaults = Settings(default_version=operator).defaults
    resolved = resolve(model.metadata.name, "shop", UID, model.spec, defaults, resee["status"]["version"])
    return [item for item in manifests_of(resolved, facts_of(resolved)) if pod_templates([item])]


def disturbances(before: Iterable[Manifest], after: Iterable[Manifest]) -> Iterator[str]:
    """Say what would be deleted, restarted or refused where objects become those of another operator."""
    present = {_identity(item): item for item in after}
    for old in before:
        name, new = _identity(old), present.get(_identity(old))
        if new is None:
            yield f"{name} is deleted"
            continue
        if pod_templates([new]) != pod_templates([old]):
            yield f"{name} gets another Pod template"
        for path in IMMUTABLE.get(str(old["kind"]), ()):
            field = path.removeprefix("spec.")
            if field != "template" and new["spec"].get(field) != old["spec"].get(field):
                yield f"{name} cannot change {path}"


def _identity(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"
