"""The list of built images in the state folder: ``images.json``, name -> reference, and ``values.json``.

`make up`, the tests and the Tiltfile read them, so that all of them run exactly what was built last.
"""

from __future__ import annotations

import json
from pathlib import Path

from devcluster.errors import UsageError
from devcluster.images.catalogue import OPERATOR, PGBOUNCER, POSTGRES, POSTGRES_HA, REDIS, REGISTRY

FILE = "images.json"
VALUES_FILE = "values.json"
_APPLICATION = "resee-backend"


def write(state: Path, references: dict[str, str]) -> Path:
    """Write references and the chart's values for them to the state folder; return the references' file."""
    state.mkdir(parents=True, exist_ok=True)
    _replace(state / VALUES_FILE, chart_values(references))
    return _replace(state / FILE, references)


def read(state: Path) -> dict[str, str]:
    """Return the references of the last build; raise ``UsageError`` where there was none."""
    kept = state / FILE
    if not kept.exists():
        raise UsageError(f"{kept} does not exist.", "Run `python -m devcluster build` first.")
    references: dict[str, str] = json.loads(kept.read_text())
    return references


def application_version(references: dict[str, str]) -> str:
    """Return the version that the application's images share: what ``spec.version`` names."""
    return references[_APPLICATION].rpartition(":")[2]


def chart_values(references: dict[str, str]) -> dict[str, object]:
    """Return the chart's values that make the operator use these images and nothing from elsewhere."""
    repository, _, tag = references[OPERATOR].rpartition(":")
    settings = {"registry": REGISTRY, "defaultVersion": application_version(references)}
    data = {
        "postgresImage": POSTGRES,
        "postgresHaImage": POSTGRES_HA,
        "redisImage": REDIS,
        "pgbouncerImage": PGBOUNCER,
    }
    settings |= {value: references[name] for value, name in data.items() if name in references}
    return {"image": {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"}, "resee": settings}


def _replace(file: Path, content: object) -> Path:
    """Write a file whole or not at all."""
    fresh = file.with_suffix(".part")
    fresh.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    fresh.rename(file)
    return file
