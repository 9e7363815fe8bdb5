"""Deployments for tests of the pure half: from a few fields of a spec to manifests, and live objects made of
them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from resee_operator.api import ReseeDeploymentSpec, parse
from resee_operator.components import COMPONENTS, Facts, Manifest, credentials
from resee_operator.components.credentials import Random, Recipe
from resee_operator.stages import Defaults, Resolved, resolve

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
GOLDEN = ROOT / "tests" / "golden"
STAGES = ("Local", "Basic", "Production")

DEFAULTS = Defaults(
    registry="registry.example/resee", version="9.9.9", postgres_image="postgres:15", redis_image="redis:7"
)
UID = "11111111-2222-3333-4444-555555555555"

EXTERNAL: dict[str, Any] = {
    "database": {"provider": "External", "external": {"secretName": "rds"}},
    "redis": {"provider": "External", "external": {"secretName": "elasticache"}},
}
"""What stage Production needs to run on servers of somebody else."""


def resource(spec: Mapping[str, Any], name: str = "demo") -> dict[str, Any]:
    """A ReseeDeployment as a user writes it."""
    return {
        "apiVersion": "resee.io/v1alpha1",
        "kind": "ReseeDeployment",
        "metadata": {"name": name, "namespace": "shop", "uid": UID},
        "spec": dict(spec),
    }


def spec_of(**fields: Any) -> ReseeDeploymentSpec:
    """A parsed spec, ``fields`` in camelCase."""
    return parse(resource(fields)).spec


def resolved_of(*, name: str = "demo", pinned: str | None = None, **fields: Any) -> Resolved:
    """A resolved deployment in the namespace ``shop``."""
    return resolve(name, "shop", UID, spec_of(**fields), DEFAULTS, pinned)


def production(**fields: Any) -> Resolved:
    """A resolved deployment of stage Production with external servers."""
    return resolved_of(stage="Production", **{**EXTERNAL, **fields})


def sample(recipe: Recipe) -> str:
    """A plain value in the place of one that is drawn."""
    return "x" * recipe.length if isinstance(recipe, Random) else f"certificate of {recipe.names[0]}"


def facts_of(resolved: Resolved, **secrets: Mapping[str, str]) -> Facts:
    """Generated Secrets with plain values, and the given ones."""
    generated = {secret.name: secret.complete({}, sample) for secret in credentials.generated(resolved)}
    return Facts({**generated, **{name.replace("_", "-"): data for name, data in secrets.items()}})


def manifests_of(resolved: Resolved, facts: Facts | None = None) -> list[Manifest]:
    """Everything that should exist."""
    known = facts_of(resolved) if facts is None else facts
    return [manifest for component in COMPONENTS for manifest in component.objects(resolved, known)]


def find(manifests: Iterable[Manifest], kind: str, name: str) -> Manifest:
    """The one manifest of that kind and name."""
    found = [item for item in manifests if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    assert len(found) == 1, f"{len(found)} manifests are {kind}/{name}"
    return found[0]


def pod_templates(manifests: Iterable[Manifest]) -> dict[str, Manifest]:
    """Pod templates by kind/name of what holds them."""
    templates = {}
    for manifest in manifests:
        spec = manifest.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            templates[f"{manifest['kind']}/{manifest['metadata']['name']}"] = spec["template"]
    return templates


def container_of(manifest: Manifest) -> Manifest:
    """The only container of what the manifest runs."""
    (template,) = pod_templates([manifest]).values()
    (container,) = template["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def env_of(manifest: Manifest) -> dict[str, Any]:
    """Environment of the only container: the value, or where it comes from."""
    variables = container_of(manifest).get("env", [])
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in variables}


def example(name: str) -> dict[str, Any]:
    """A committed example: that of a stage, or of another name."""
    loaded = yaml.safe_load((EXAMPLES / f"{name.lower()}.yaml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def resolved_example(stage: str) -> Resolved:
    """The committed example of a stage, resolved in the namespace ``shop``."""
    manifest = example(stage)
    spec = parse(manifest).spec
    return resolve(manifest["metadata"]["name"], "shop", UID, spec, DEFAULTS)


@dataclass
class LiveObjects:
    """A `components.base.Live` of plain objects."""

    objects: Sequence[Manifest] = ()
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def get(self, kind: str, name: str) -> Manifest | None:
        for item in self.objects:
            if (item["kind"], item["metadata"]["name"]) == (kind, name):
                return item
        return None

    def has(self, kind: str, name: str) -> bool:
        return self.get(kind, name) is not None

    def pods(self, component: str) -> Sequence[Manifest]:
        label = "app.kubernetes.io/component"
        return [
            item
            for item in self.objects
            if item["kind"] == "Pod" and item["metadata"]["labels"][label] == component
        ]

    def secret(self, name: str) -> Mapping[str, str] | None:
        return self.secrets.get(name)


def pod(component: str, name: str = "demo-pod", **status: Any) -> Manifest:
    """A live Pod."""
    labels = {"app.kubernetes.io/component": component}
    return {"kind": "Pod", "metadata": {"name": name, "labels": labels}, "status": status}


def waiting(container: str, reason: str, message: str = "", **more: Any) -> Manifest:
    """Status of a container that does not start."""
    return {"name": container, "state": {"waiting": {"reason": reason, "message": message}}, **more}


def rolled_out(manifest: Manifest, generation: int = 1) -> Manifest:
    """The manifest of a Deployment or StatefulSet as it is once all of its Pods run."""
    count = manifest["spec"].get("replicas", 1)
    counts = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), count)
    revisions = {"currentRevision": "r1", "updateRevision": "r1"}
    return {
        **manifest,
        "metadata": {**manifest["metadata"], "generation": generation},
        "status": {"observedGeneration": generation, **counts, **revisions},
    }
