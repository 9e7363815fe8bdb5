"""The manifests of one deployment as the operator writes them, for whoever puts them there without it."""

from __future__ import annotations

import base64
from typing import Any

from devcluster import paths
from devcluster.images import records
from resee_operator.api import parse
from resee_operator.components import COMPONENTS, Facts, credentials
from resee_operator.engine.secrets import draw
from resee_operator.stages import Defaults, Resolved, resolve

Manifest = dict[str, Any]


def defaults() -> Defaults:
    """The operator's defaults on devcluster: the images that were built last."""
    references = records.read(paths.state_dir())
    settings: dict[str, Any] = records.chart_values(references)
    values = settings["resee"]
    return Defaults(
        registry=values["registry"],
        version=values["defaultVersion"],
        postgres_image=values["postgresImage"],
        redis_image=values["redisImage"],
    )


def resolved(name: str, namespace: str, spec: Manifest) -> Resolved:
    """The deployment with every default filled in."""
    document = {
        "apiVersion": "resee.io/v1alpha1",
        "kind": "ReseeDeployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
    return resolve(name, namespace, "", parse(document).spec, defaults())


def desired(deployment: Resolved) -> list[Manifest]:
    """All of its objects, Secrets included, without owners: nothing but kubectl looks after them."""
    generated = credentials.generated(deployment)
    data = {secret.name: secret.complete({}, draw) for secret in generated}
    secrets = [{**secret.manifest, "data": _encoded(data[secret.name])} for secret in generated]
    made = [item for component in COMPONENTS for item in component.objects(deployment, Facts(data))]
    return [_orphaned(item) for item in (*secrets, *made)]


def _encoded(data: dict[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}


def _orphaned(manifest: Manifest) -> Manifest:
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "ownerReferences"}
    return {**manifest, "metadata": metadata}
