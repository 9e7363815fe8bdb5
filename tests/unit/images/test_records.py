"""The record of the last build feeds the chart and the example."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcluster.errors import UsageError
from devcluster.images import records

REFERENCES = {
    "resee-operator": "resee.local/resee-operator:0.1.0-aaa",
    "resee-backend": "resee.local/resee-backend:0.1.0-bbb",
    "resee-postgres": "resee.local/resee-postgres:0.1.0-ccc",
    "resee-redis": "resee.local/resee-redis:0.1.0-ddd",
    "resee-pgbouncer": "resee.local/resee-pgbouncer:0.1.0-eee",
}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = records.write(tmp_path / "state", REFERENCES)
    assert records.read(tmp_path / "state") == REFERENCES
    assert sorted(path.name for path in file.parent.iterdir()) == ["images.json", "values.json"]


def test_without_a_build_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="devcluster build"):
        records.read(tmp_path)


def test_chart_values_name_the_images(tmp_path: Path) -> None:
    values = records.chart_values(REFERENCES)
    assert values["image"] == {
        "repository": "resee.local/resee-operator",
        "tag": "0.1.0-aaa",
        "pullPolicy": "IfNotPresent",
    }
    assert values["resee"] == {
        "registry": "resee.local",
        "defaultVersion": "0.1.0-bbb",
        "postgresImage": REFERENCES["resee-postgres"],
        "redisImage": REFERENCES["resee-redis"],
        "pgbouncerImage": REFERENCES["resee-pgbouncer"],
    }


def test_without_stand_ins_the_official_images_stay() -> None:
    online = {name: REFERENCES[name] for name in ("resee-operator", "resee-backend")}
    assert records.chart_values(online)["resee"] == {"registry": "resee.local", "defaultVersion": "0.1.0-bbb"}
