"""From pydantic's JSON schema to the structural schema of a CRD: inlined, typed, with scalar defaults only.

Defaults of whole objects are left out: the server would write them into every spec, where a later release
could not tell them from what the user wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

Schema = dict[str, Any]

_KEPT: Final = (
    "type",
    "description",
    "format",
    "enum",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "required",
)
_KUBERNETES: Final = "x-kubernetes-"


def structural(model: type[BaseModel]) -> Schema:
    """The structural schema of a model.

    Raises:
        ValueError: the model has a part that no structural schema can say.
    """
    schema = model.model_json_schema(by_alias=True)
    return _convert(schema, schema.get("$defs", {}))


def _convert(schema: Mapping[str, Any], models: Mapping[str, Schema]) -> Schema:
    merged = _resolve(schema, models)
    converted = {key: value for key, value in merged.items() if key in _KEPT or key.startswith(_KUBERNETES)}
    if "const" in merged:
        converted["enum"] = [merged["const"]]
    if "description" in converted:
        converted["description"] = " ".join(converted["description"].replace("``", "`").split())
    if not isinstance(converted.get("default", 0), str | int | float):
        del converted["default"]
    if "x-kubernetes-int-or-string" in merged:
        converted["anyOf"] = merged["anyOf"]
    if "properties" in merged:
        properties = merged["properties"].items()
        converted["properties"] = {name: _convert(part, models) for name, part in properties}
    if "items" in merged:
        converted["items"] = _convert(merged["items"], models)
    if isinstance(merged.get("additionalProperties"), Mapping):
        converted["additionalProperties"] = _convert(merged["additionalProperties"], models)
    return converted


def _resolve(schema: Mapping[str, Any], models: Mapping[str, Schema]) -> Schema:
    """Follow references and optional types; what stands beside a reference wins over what it refers to."""
    own = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf", "$defs")}
    if "$ref" in schema:
        return {**_resolve(models[schema["$ref"].rpartition("/")[2]], models), **own}
    if "anyOf" not in schema or "x-kubernetes-int-or-string" in schema:
        return dict(schema)
    choices = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
    if len(choices) != 1:
        raise ValueError(f"a structural schema has one type for each field, not {choices}")
    return {**_resolve(choices[0], models), **own}
