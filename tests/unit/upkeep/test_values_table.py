"""The chart's table is read from its values file."""

from __future__ import annotations

import pytest

from tools import values_table
from tools.values_table import BEGIN, END

VALUES = """
# -- How many.
count: 2

image:
  # -- Where it lies.
  repository: example.org/image
  # Not for the table.
  other: 1
# -- Cores and bytes.
resources:
  requests:
    cpu: 1
"""


def test_rows_carry_path_default_and_description() -> None:
    assert [value.row() for value in values_table.values(VALUES)] == [
        "| `count` | `2` | How many. |",
        '| `image.repository` | `"example.org/image"` | Where it lies. |',
        '| `resources` | `{"requests": {"cpu": 1}}` | Cores and bytes. |',
    ]


def test_the_table_is_put_between_the_marks() -> None:
    readme = f"# Title\n{BEGIN}\nold\n{END}\nafter\n"
    made = values_table.inserted(readme, VALUES)
    assert "old" not in made
    assert made.startswith(f"# Title\n{BEGIN}\n| Value |")
    assert made.endswith(f"{END}\nafter\n")
    assert values_table.inserted(made, VALUES) == made


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="has no"):
        values_table.inserted("# Title\n", VALUES)
