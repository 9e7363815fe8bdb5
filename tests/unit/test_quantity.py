"""Quantities compare as Kubernetes compares them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from resee_operator import quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        (2, "2"),
        ("250m", "0.25"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1k", "1000"),
        ("1Ki", "1024"),
        ("512Mi", "536870912"),
        ("1.5Gi", "1610612736"),
        ("1e3", "1000"),
        ("1E", "1000000000000000000"),
        ("12E2", "1200"),
        ("-1", "-1"),
        ("100n", "0.0000001"),
        ("100u", "0.0001"),
    ],
)
def test_values(text: str | int, value: str) -> None:
    assert quantity.parse(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1GB", "1mi", "1KI", "mi", "1Mi ", "1ki", "0x1", "1ni"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        quantity.parse(text)


def test_units_compare() -> None:
    assert quantity.parse("1Gi") > quantity.parse("1G") > quantity.parse("999Mi") - quantity.parse("50Mi")
    assert quantity.parse("1000m") == quantity.parse(1)
