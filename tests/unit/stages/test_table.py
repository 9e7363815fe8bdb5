"""docs/stages.md says what the stages say."""

from __future__ import annotations

from dataclasses import fields

from resee_operator.stages import table
from resee_operator.stages.defaults import StageDefaults
from tests.support.deployments import ROOT

TEXT = table.render()


def test_the_committed_page_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "stages.md").read_text() == TEXT, "run make generate"


def test_each_figure_has_its_reason() -> None:
    for field in fields(StageDefaults):
        (line,) = [
            line for line in TEXT.splitlines() if line.startswith(f"- **{field.name.replace('_', ' ')}**")
        ]
        assert len(line) > 40


def test_figures() -> None:
    assert "| Pods of web | 1 | 1 | 2 to 10, more above 70 % CPU or 1000 requests/min each |" in TEXT
    assert "| web | 100m, 192Mi / 512Mi | 300m, 512Mi / 1Gi | 500m, 768Mi / 1536Mi |" in TEXT
