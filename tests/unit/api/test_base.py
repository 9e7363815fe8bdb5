"""The tools of the models: rules in two languages, scalars with advice, structural schemas."""

from __future__ import annotations

from typing import Annotated, ClassVar

import pytest
from pydantic import ValidationError

from resee_operator.api.base import Model, Rule
from resee_operator.api.schema import structural
from resee_operator.api.types import Form


class Pair(Model):
    """Two numbers in order."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "self.low <= self.high", "low is above high: lower it", ".low", lambda pair: pair.low <= pair.high
        ),
        Rule("self.low == oldSelf.low", "low is fixed: keep it"),
    )

    low: int = 0
    """The lower one."""
    high: int = 0
    """The upper one."""


class Word(Model):
    """A word."""

    text: Annotated[str, Form("[a-z]+", 3, "not a word: use small letters")]
    """The word."""
    maybe: Annotated[str, Form("[a-z]+", 3, "not a word: use small letters")] | None = None
    """Another one."""


class Either(Model):
    """A field of two types."""

    value: int | str
    """What no structural schema can say."""


def test_a_rule_holds_in_python() -> None:
    assert Pair(low=1, high=2).high == 2
    with pytest.raises(ValidationError, match="low is above high: lower it"):
        Pair(low=2, high=1)


def test_a_rule_is_written_as_cel() -> None:
    assert structural(Pair)["x-kubernetes-validations"] == [
        {"rule": "self.low <= self.high", "message": "low is above high: lower it", "fieldPath": ".low"},
        {"rule": "self.low == oldSelf.low", "message": "low is fixed: keep it"},
    ]


def test_a_rule_about_the_former_object_is_not_for_python() -> None:
    Rule("self == oldSelf", "fixed: keep it").check(object())


def test_models_are_closed_and_frozen() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Pair.model_validate({"middle": 1})
    with pytest.raises(ValidationError, match="frozen"):
        Pair().low = 1  # type: ignore[misc]


def test_a_form_is_the_whole_string() -> None:
    assert Word(text="abc").text == "abc"
    for wrong in ("Abc", "ab1", "", "ab\n"):
        with pytest.raises(ValidationError, match="use small letters"):
            Word(text=wrong)
    with pytest.raises(ValidationError, match="at most 3 characters"):
        Word(text="abcd")


def test_a_form_is_written_as_cel_with_its_length() -> None:
    rule = {"rule": "self.matches('^([a-z]+)$')", "message": "not a word: use small letters"}
    node = structural(Word)["properties"]["text"]
    assert node == {
        "type": "string",
        "description": "The word.",
        "maxLength": 3,
        "x-kubernetes-validations": [rule],
    }
    assert structural(Word)["properties"]["maybe"]["maxLength"] == 3
    assert structural(Word)["required"] == ["text"]


def test_two_types_are_refused() -> None:
    with pytest.raises(ValueError, match="one type"):
        structural(Either)
