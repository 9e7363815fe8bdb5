"""What devcluster remembers of a cluster: `cluster.json` in its state folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from devcluster import paths

_FILE = "cluster.json"


@dataclass(frozen=True)
class Record:
    """A cluster's name, size and ports of 127.0.0.1; `complete` once kind has made all of it."""

    name: str
    nodes: int
    api_port: int
    http_port: int
    s3_port: int
    complete: bool = False

    @classmethod
    def read(cls, name: str) -> Self | None:
        """The record of that cluster, None where there is none."""
        file = paths.cluster_dir(name) / _FILE
        return cls(**json.loads(file.read_text())) if file.exists() else None

    @classmethod
    def read_all(cls) -> Iterator[Self]:
        """The records of all clusters of this checkout."""
        for file in sorted(paths.state_dir().glob(f"*/{_FILE}")):
            yield cls(**json.loads(file.read_text()))

    @property
    def folder(self) -> Path:
        return paths.cluster_dir(self.name)

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.api_port, self.http_port, self.s3_port)

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{_FILE}.part"
        fresh.write_text(json.dumps(asdict(self), indent=2) + "\n")
        fresh.rename(self.folder / _FILE)

    def completed(self) -> Self:
        """Write and return the record of the same cluster, now complete."""
        done = replace(self, complete=True)
        done.write()
        return done
