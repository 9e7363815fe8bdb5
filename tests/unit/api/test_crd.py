"""The CRD: generated, committed, structural, and bounded so that its rules stay cheap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from resee_operator.api import ReseeDeploymentSpec, ReseeDeploymentStatus, crd, reference
from resee_operator.api.schema import structural
from tests.support.deployments import ROOT

KINDS = pytest.mark.parametrize("definition", crd.DEFINITIONS, ids=lambda definition: definition.kind)
CRD = crd.generate()
(VERSION,) = CRD["spec"]["versions"]
SCHEMA = VERSION["schema"]["openAPIV3Schema"]
FORBIDDEN = frozenset({"$ref", "title", "allOf", "oneOf", "const", "$defs"})
"""What a structural schema may not hold, or the project does not want in it."""


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a schema, with its path."""
    yield path, schema
    for name, part in schema.get("properties", {}).items():
        yield from nodes(part, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from nodes(schema[name], f"{path}.{name}")


FIELDS = list(nodes(SCHEMA))
ALL_FIELDS = [
    (f"{definition.kind}{path}", node)
    for definition in crd.DEFINITIONS
    for path, node in nodes(crd.generate(definition)["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
]


@KINDS
def test_the_committed_file_is_the_generated_one(definition: crd.Definition) -> None:
    committed = (ROOT / "crds" / definition.file_name).read_text()
    assert committed == crd.to_yaml(crd.generate(definition)), "run make generate"
    assert yaml.safe_load(committed) == crd.generate(definition)


def test_no_committed_file_is_left_over() -> None:
    files = {file.name for file in (ROOT / "crds").iterdir()}
    assert files == {definition.file_name for definition in crd.DEFINITIONS}


def test_the_committed_reference_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "reference.md").read_text() == reference.render(), "run make generate"


def test_nothing_in_it_is_forbidden_in_a_structural_schema() -> None:
    assert [path for path, node in ALL_FIELDS if FORBIDDEN & node.keys()] == []


def test_every_field_has_a_type() -> None:
    untyped = [
        path for path, node in ALL_FIELDS if "type" not in node and "x-kubernetes-int-or-string" not in node
    ]
    assert untyped == []


def test_every_field_of_spec_and_status_is_explained() -> None:
    explained = ("spec", "status")
    missing = [
        path
        for path, node in ALL_FIELDS
        if path.split(".")[1:2] and path.split(".")[1] in explained
        if not path.endswith((".items", ".additionalProperties")) and not node.get("description")
    ]
    assert missing == []


def test_every_string_list_and_map_is_bounded() -> None:
    """Without bounds the API server estimates the cost of a rule as if they were as large as a request."""
    unbounded = []
    for path, node in ALL_FIELDS:
        if path.split(".")[1:2] not in (["spec"], ["status"]):
            continue
        free = node.get("type") == "string" and "enum" not in node and "maxLength" not in node
        endless = node.get("type") == "array" and "maxItems" not in node
        wide = "additionalProperties" in node and "maxProperties" not in node
        if free or endless or wide:
            unbounded.append(path)
    assert unbounded == []


def test_rules_say_what_to_do() -> None:
    for path, node in ALL_FIELDS:
        for rule in node.get("x-kubernetes-validations", []):
            problem, colon, remedy = rule["message"].partition(": ")
            assert problem, path
            assert colon, path
            assert remedy, path


def test_paths_of_rules_exist() -> None:
    for path, node in ALL_FIELDS:
        for rule in node.get("x-kubernetes-validations", []):
            current = node
            for name in rule.get("fieldPath", "").split(".")[1:]:
                assert name in current["properties"], f"{path}: {rule['fieldPath']}"
                current = current["properties"][name]


def test_lists_by_name_are_maps_so_that_two_writers_can_share_them() -> None:
    properties = SCHEMA["properties"]["spec"]["properties"]
    for name in ("workers", "env"):
        assert properties[name]["x-kubernetes-list-type"] == "map"
        assert properties[name]["x-kubernetes-list-map-keys"] == ["name"]
    conditions = SCHEMA["properties"]["status"]["properties"]["conditions"]
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]


def test_defaults_are_scalars_of_what_does_not_depend_on_the_stage() -> None:
    defaults = {path: node["default"] for path, node in FIELDS if "default" in node}
    assert defaults.pop(".spec") == {"stage": "Local"}
    assert all(isinstance(value, str | int | bool) for value in defaults.values())
    assert ".spec.web.replicas" not in defaults
    assert defaults[".spec.deletionPolicy"] == "Retain"


def test_columns() -> None:
    names = [column["name"] for column in VERSION["additionalPrinterColumns"]]
    assert names == ["Stage", "Version", "Ready", "Web", "Database", "Last-Backup", "URL", "Age"]


def test_names() -> None:
    names = CRD["spec"]["names"]
    assert (names["kind"], names["plural"], names["shortNames"]) == (
        "ReseeDeployment",
        "reseedeployments",
        ["resee"],
    )
    assert CRD["metadata"]["name"] == "reseedeployments.resee.io"
    assert VERSION["subresources"] == {"status": {}}


def test_an_enum_is_listed() -> None:
    stage = structural(ReseeDeploymentSpec)["properties"]["stage"]
    assert stage["enum"] == ["Local", "Basic", "Production"]
    assert stage["default"] == "Local"
    assert stage["description"].startswith("Local: one machine"), "the field's own words, not the enum's"


def test_a_quantity_is_a_number_or_text() -> None:
    size = structural(ReseeDeploymentSpec)["properties"]["database"]["properties"]["storage"]
    node = size["properties"]["size"]
    assert node["x-kubernetes-int-or-string"] is True
    assert "type" not in node


def test_optional_fields_are_not_required() -> None:
    assert "required" not in structural(ReseeDeploymentSpec)
    condition = structural(ReseeDeploymentStatus)["properties"]["conditions"]["items"]
    assert set(condition["required"]) == {"type", "status", "lastTransitionTime", "reason", "message"}


def test_the_reference_names_every_field_of_the_spec() -> None:
    text = reference.render()
    for path, _ in nodes(SCHEMA["properties"]["spec"], "spec"):
        name = path.rpartition(".")[2]
        if name not in ("items", "additionalProperties", "spec"):
            assert f"`{name}`" in text, path


@pytest.mark.parametrize("definition", [crd.BACKUP, crd.RESTORE], ids=lambda definition: definition.kind)
def test_a_request_names_its_deployment_and_never_changes(definition: crd.Definition) -> None:
    (version,) = crd.generate(definition)["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    spec = schema["properties"]["spec"]
    assert schema["required"] == ["spec"]
    assert spec["required"] == ["deployment"]
    assert [rule["rule"] for rule in spec["x-kubernetes-validations"]] == ["self == oldSelf"]
    assert version["subresources"] == {"status": {}}
    assert {"Deployment", "Phase", "Backup"} <= {row["name"] for row in version["additionalPrinterColumns"]}
