"""How a model of the custom resource is written: camelCase on the wire, closed, with rules in two languages.

A ``Rule`` is one sentence that must hold across fields. The API server evaluates it as CEL at admission;
pydantic evaluates the same sentence in Python where no API server has looked (``resee-operator plan``,
objects that are older than the rule). A rule that compares with the former object exists in CEL only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

RULE_ERROR = "rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition across the fields of one model.

    Args:
        cel: the condition for the API server, ``self`` being the model.
        message: what to do where it does not hold.
        field_path: the field to name, relative to the model, such as ``.maxReplicas``.
        holds: the same condition in Python; None for a comparison with the former object.
    """

    cel: str
    message: str
    field_path: str = ""
    holds: Callable[[Any], bool] | None = None

    def schema(self) -> dict[str, str]:
        """The entry of x-kubernetes-validations."""
        entry = {"rule": self.cel, "message": self.message}
        return {**entry, "fieldPath": self.field_path} if self.field_path else entry

    def check(self, value: Any) -> None:
        """Raise pydantic's error with the rule's message where the condition does not hold."""
        if self.holds is not None and not self.holds(value):
            context = {"message": self.message, "field_path": self.field_path}
            raise PydanticCustomError(RULE_ERROR, "{message}", context)


class Model(BaseModel):
    """Base of every part of the custom resource."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )

    RULES: ClassVar[tuple[Rule, ...]] = ()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        # Frozen: pydantic would copy every default that is a model at each parse, a sixth of a pass.
        return self

    @model_validator(mode="after")
    def _keep_rules(self) -> Self:
        for rule in self.RULES:
            rule.check(self)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler(core_schema)
        if cls.RULES:
            handler.resolve_ref_schema(schema)["x-kubernetes-validations"] = [
                rule.schema() for rule in cls.RULES
            ]
        return schema
