"""The CustomResourceDefinition, generated from the models."""

from __future__ import annotations

from typing import Any

import yaml

from resee_operator.api.base import Rule
from resee_operator.api.deployment import GROUP, KIND, PLURAL, VERSION, ReseeDeploymentSpec
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


def generate() -> dict[str, Any]:
    """The manifest of the CRD."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": KIND,
                "listKind": f"{KIND}List",
                "plural": PLURAL,
                "singular": KIND.lower(),
                "shortNames": ["resee"],
                "categories": ["all"],
            },
            "versions": [_version()],
        },
    }


def to_yaml(manifest: dict[str, Any]) -> str:
    """The text of the committed file."""
    return yaml.safe_dump(manifest, sort_keys=False, width=110, allow_unicode=True)


def _version() -> dict[str, Any]:
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": _columns(),
        "schema": {"openAPIV3Schema": _schema()},
    }


def _schema() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A running Resee.",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": {**structural(ReseeDeploymentSpec), "default": {"stage": "Local"}},
            "status": structural(ReseeDeploymentStatus),
        },
        "x-kubernetes-validations": [_NAME_RULE.schema()],
    }


def _columns() -> list[dict[str, Any]]:
    def condition(name: str, part: str) -> str:
        return f'.status.conditions[?(@.type=="{name}")].{part}'

    rows = (
        ("Stage", "string", ".spec.stage"),
        ("Version", "string", ".status.version"),
        ("Ready", "string", condition("Ready", "status")),
        ("Web", "string", ".status.replicas.web"),
        ("Database", "string", condition("DatabaseReady", "reason")),
        ("Last-Backup", "date", ".status.backup.lastSuccess"),
        ("URL", "string", ".status.url"),
        ("Age", "date", ".metadata.creationTimestamp"),
    )
    return [{"name": name, "type": kind, "jsonPath": path} for name, kind, path in rows]
