"""The whole bench, on a PostgreSQL and an S3 server of its own."""

from __future__ import annotations

from pathlib import Path

from bench import figures
from bench.backup.compare import Bench
from bench.backup.sample import fill
from tests.support.postgres import PostgresServer
from tests.support.s3 import S3Server


def measured(folder: Path, gib: float, rounds: int) -> list[figures.Figure]:
    """The figures of a database of `gib` GiB, each way measured `rounds` times."""
    volume = folder / "volume"
    volume.mkdir()
    with (
        PostgresServer(folder / "postgres") as server,
        S3Server(folder / "s3") as s3,
        server.database("bench") as database,
    ):
        fill(server, database, gib)
        return Bench(server, s3, database, volume, rounds).figures()
