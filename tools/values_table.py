"""The table of the chart's values, read from values.yaml: the `# --` line above a value describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

BEGIN = "<!-- values: written by `make generate` -->"
END = "<!-- end of values -->"
_KEY = re.compile(r"^(?P<indent> *)(?P<name>[A-Za-z]+):")
_DESCRIPTION = "# -- "
_STEP = 2


@dataclass(frozen=True)
class Value:
    """One value: where it lies, what it is without being set, and what it does."""

    path: tuple[str, ...]
    default: Any
    description: str

    def row(self) -> str:
        return f"| `{'.'.join(self.path)}` | `{json.dumps(self.default)}` | {self.description} |"


def values(text: str) -> Iterator[Value]:
    """Yield the described values of a values.yaml in their order."""
    document = yaml.safe_load(text)
    path: list[str] = []
    description = ""
    for line in text.splitlines():
        found = _KEY.match(line)
        if found is None:
            comment = line.strip()
            description = comment.removeprefix(_DESCRIPTION) if comment.startswith(_DESCRIPTION) else ""
            continue
        path[len(found["indent"]) // _STEP :] = [found["name"]]
        if description:
            yield Value(tuple(path), _look_up(document, path), description)
        description = ""


def inserted(readme: str, text: str) -> str:
    """Return the README with the table of ``text`` between its marks; raise ``ValueError`` without them."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README has no {BEGIN} and {END} around its table")
    table = ["| Value | Default | What it does |", "|---|---|---|", *(value.row() for value in values(text))]
    return f"{before}{BEGIN}\n" + "\n".join(table) + f"\n{END}{after}"


def _look_up(document: dict[str, Any], path: list[str]) -> Any:
    found: Any = document
    for name in path:
        found = found[name]
    return found
