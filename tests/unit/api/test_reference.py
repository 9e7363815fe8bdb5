"""The reference: each field with its type, its default and its meaning."""

from __future__ import annotations

import pytest

from resee_operator.api import reference

TEXT = reference.render()


def section(path: str) -> str:
    """The text of one object's section."""
    _, _, rest = TEXT.partition(f"## {path}\n")
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("spec", "| `stage` | Local \\| Basic \\| Production | `Local` |"),
        ("spec", "| `suspend` | boolean | `false` |"),
        ("spec", "| `workers` | list of object |  |"),
        ("spec.workers[]", "| `name` | string | required |"),
        ("spec.workers[]", "| `queues` | list of string | required |"),
        ("spec.web", "| `replicas` | integer, 0 to 100 |  |"),
        ("spec.web.resources.requests", "| `cpu` | quantity |  |"),
        ("spec.web", "| `nodeSelector` | map of string |  |"),
        ("spec.web.autoscaling", "| `targetCPUUtilization` | integer, 1 to 100 | `70` |"),
        ("spec.backup.retention", "| `daily` | integer, 0 to 1000 | `7` |"),
        ("status.backup", "| `rpoSeconds` | integer |  |"),
        ("ReseeRestore.spec", "| `backup` | string | `latest` |"),
        ("ReseeRestore.spec", "| `safetyBackup` | boolean | `true` |"),
        ("ReseeBackup.status", "| `checksum` | string |  |"),
        ("spec.restore.source.s3", "| `bucket` | string | required |"),
        ("status.conditions[]", "| `type` | string | required |"),
    ],
)
def test_rows(path: str, row: str) -> None:
    assert row in section(path)


def test_rules_are_told() -> None:
    assert "*Rule:* minReplicas may not be greater than maxReplicas" in section("spec.web.autoscaling")


def test_sections_follow_the_spec() -> None:
    order = [
        TEXT.index(f"## {path}\n") for path in ("spec", "spec.images", "spec.web", "spec.backup", "status")
    ]
    assert order == sorted(order)


def test_tables_are_whole() -> None:
    for line in TEXT.splitlines():
        if line.startswith("| `"):
            cells = line.replace("\\|", "").strip("|").split("|")
            assert len(cells) == 4, line
            assert cells[3].strip(), f"{line} has no meaning"
