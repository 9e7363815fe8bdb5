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
    field, value = _path(detail["loc"]), detail["input"]
    if detail["type"] == RULE_ERROR:
        context = detail["ctx"]
        problem, _, remedy = str(context["message"]).partition(": ")
        return InvalidSpec(field + context["field_path"], value, remedy, problem)
    if detail["type"] == "extra_forbidden":
        return InvalidSpec(field, value, "remove it or correct its name", "is an unknown field")
    problem = "" if _may_be_shown(detail) else "the value is not valid"
    return InvalidSpec(field, _short(value), f"correct it: {_lower(detail['msg'])}", problem)


def _may_be_shown(detail: ErrorDetails) -> bool:
    """Whether an error may repeat the value: a variable's may be a secret, and so may what is in a
    mapping."""
    return detail["loc"][-1] != "value" and not isinstance(detail["input"], Mapping | list)


def _path(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"{value[:_SHOWN]}…"
    return value


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
