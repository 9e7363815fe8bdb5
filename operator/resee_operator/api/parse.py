"""From an object as the API server gives it to a model, or to one error that says which field and what to
do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from resee_operator.api.base import RULE_ERROR
from resee_operator.api.deployment import ReseeDeployment
from resee_operator.errors import InvalidSpec

_SHOWN = 80
"""Most characters of a wrong value that an error repeats."""


def parse(manifest: Mapping[str, Any]) -> ReseeDeployment:
    """Read a ReseeDeployment.

    Raises:
        InvalidSpec: names the first field at fault; the others come up once it is right.
    """
    try:
        return ReseeDeployment.model_validate(manifest)
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False)[0]) from None


def _invalid(detail: ErrorDetails) -> InvalidSpec:
    field = _path(detail["loc"])
    value = _short(detail["input"])
    if detail["type"] == RULE_ERROR:
        context = detail["ctx"]
        problem, _, remedy = str(context["message"]).partition(": ")
        return InvalidSpec(field + context["field_path"], value, remedy, problem)
    if detail["type"] == "extra_forbidden":
        return InvalidSpec(field, value, "remove it or correct its name", "is an unknown field")
    return InvalidSpec(field, value, f"correct it: {_lower(detail['msg'])}")


def _path(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def _short(value: object) -> object:
    text = value if isinstance(value, str) else repr(value)
    return value if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
