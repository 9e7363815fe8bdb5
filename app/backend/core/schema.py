"""What drf-spectacular cannot see in a view: how it answers when something is wrong."""

from typing import Any

_ERROR = {
    "type": "object",
    "description": "`detail`, or a list of sentences under each field at fault.",
    "additionalProperties": {},
}
# The sentence for each status, and whether only operations with a body answer so.
_ALWAYS = {
    "400": "A parameter or field is wrong",
    "404": "Not there, or not yours",
    "406": "No JSON accepted",
    "429": "Too many requests; Retry-After says when to come back",
}
_WITH_TOKEN = {"401": "No token, or one that is not valid any more"}
_WITH_BODY = {"413": "The body is too large", "415": "The body is not JSON"}


# Times of day have no offset here, which OpenAPI's format `time` asks for.
_TIME_OF_DAY = {
    "type": "string",
    "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$",
    "example": "09:00:00",
}


def describe_times(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: says how times of day are written."""
    for component in result["components"]["schemas"].values():
        for name, field in component.get("properties", {}).items():
            if field.get("format") == "time":
                component["properties"][name] = _TIME_OF_DAY
    return result


def describe_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds the error answers to every operation."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = _ERROR
    for path in result["paths"].values():
        for operation in path.values():
            for status, text in _errors(operation).items():
                operation["responses"].setdefault(status, _answer(text))
    return result


def _errors(operation: dict[str, Any]) -> dict[str, str]:
    found = {**_ALWAYS, **_WITH_TOKEN}
    if "requestBody" in operation:
        found |= _WITH_BODY
    return found


def _answer(text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
