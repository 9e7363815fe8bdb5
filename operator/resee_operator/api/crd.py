"""The CustomResourceDefinitions, generated from the models: one for each kind that users may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import BaseModel

from resee_operator.api.base import Rule
from resee_operator.api.deployment import GROUP, KIND, PLURAL, VERSION, ReseeDeploymentSpec
from resee_operator.api.requests import (
    ReseeBackupSpec,
    ReseeBackupStatus,
    ReseeRestoreSpec,
    ReseeRestoreStatus,
)
from resee_operator.api.schema import structural
from resee_operator.api.status import ReseeDeploymentStatus

_LONGEST_NAME = 35
"""The longest name of a child, NAME-worker-GROUP with a group of 20 characters, must fit a DNS label of
63."""

_NAME_RULE = Rule(
    cel=f"size(self.metadata.name) <= {_LONGEST_NAME} && "
    "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message="the names of Services begin with this name: "
    f"use at most {_LONGEST_NAME} small letters, digits and inner hyphens, a letter first",
)


def _condition(name: str, part: str) -> str:
    return f'.status.conditions[?(@.type=="{name}")].{part}'


_AGE = ("Age", "date", ".metadata.creationTimestamp")


@dataclass(frozen=True, slots=True)
class Definition:
    """One kind.

    Args:
        columns: name, type and JSON path of what `kubectl get` prints.
        rules: on the object as a whole, its name included.
        spec_default: the spec of an object that has none; None where a spec is required.
    """

    kind: str
    plural: str
    short_name: str
    description: str
    spec: type[BaseModel]
    status: type[BaseModel]
    columns: tuple[tuple[str, str, str], ...]
    categories: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    spec_default: dict[str, Any] | None = None

    @property
    def file_name(self) -> str:
        """Name of the committed file."""
        return f"{GROUP}_{self.plural}.yaml"


DEPLOYMENT: Final = Definition(
    kind=KIND,
    plural=PLURAL,
    short_name="resee",
    description="A running Resee.",
    spec=ReseeDeploymentSpec,
    status=ReseeDeploymentStatus,
    columns=(
        ("Stage", "string", ".spec.stage"),
        ("Version", "string", ".status.version"),
        ("Ready", "string", _condition("Ready", "status")),
        ("Web", "string", ".status.replicas.web"),
        ("Database", "string", _condition("DatabaseReady", "reason")),
        ("Last-Backup", "date", ".status.backup.lastSuccess"),
        ("URL", "string", ".status.url"),
        _AGE,
    ),
    categories=("all",),
    rules=(_NAME_RULE,),
    spec_default={"stage": "Local"},
)
BACKUP: Final = Definition(
    kind="ReseeBackup",
    plural="reseebackups",
    short_name="rbak",
    description="One backup of the database of a ReseeDeployment.",
    spec=ReseeBackupSpec,
    status=ReseeBackupStatus,
    columns=(
        ("Deployment", "string", ".spec.deployment"),
        ("Phase", "string", ".status.phase"),
        ("Backup", "string", ".status.backup"),
        ("Bytes", "integer", ".status.sizeBytes"),
        ("Verified", "date", ".status.verified"),
        _AGE,
    ),
)
RESTORE: Final = Definition(
    kind="ReseeRestore",
    plural="reseerestores",
    short_name="rres",
    description="One restore of the database of a ReseeDeployment.",
    spec=ReseeRestoreSpec,
    status=ReseeRestoreStatus,
    columns=(
        ("Deployment", "string", ".spec.deployment"),
        ("Phase", "string", ".status.phase"),
        ("Backup", "string", ".status.backup"),
        ("Message", "string", ".status.message"),
        _AGE,
    ),
)
DEFINITIONS: Final = (DEPLOYMENT, BACKUP, RESTORE)


def generate(definition: Definition = DEPLOYMENT) -> dict[str, Any]:
    """The manifest of a CRD."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{definition.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": _names(definition),
            "versions": [_version(definition)],
        },
    }


def to_yaml(manifest: dict[str, Any]) -> str:
    """The text of the committed file."""
    return yaml.safe_dump(manifest, sort_keys=False, width=110, allow_unicode=True)


def _names(definition: Definition) -> dict[str, Any]:
    names: dict[str, Any] = {
        "kind": definition.kind,
        "listKind": f"{definition.kind}List",
        "plural": definition.plural,
        "singular": definition.kind.lower(),
        "shortNames": [definition.short_name],
    }
    return {**names, "categories": list(definition.categories)} if definition.categories else names


def _version(definition: Definition) -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            {"name": name, "type": kind, "jsonPath": path} for name, kind, path in definition.columns
        ],
        "schema": {"openAPIV3Schema": _schema(definition)},
    }


def _schema(definition: Definition) -> dict[str, Any]:
    spec = structural(definition.spec)
    schema: dict[str, Any] = {
        "type": "object",
        "description": definition.description,
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": {**spec, "default": definition.spec_default} if definition.spec_default else spec,
            "status": structural(definition.status),
        },
    }
    if definition.spec_default is None:
        schema["required"] = ["spec"]
    if definition.rules:
        schema["x-kubernetes-validations"] = [rule.schema() for rule in definition.rules]
    return schema
