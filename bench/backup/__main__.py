"""`python -m bench.backup`: a short form in a minute, and the full one with 2 GiB."""

from __future__ import annotations

from pathlib import Path

import click

from bench import figures
from bench.backup.compare import Bench
from bench.backup.sample import fill
from tests.support.postgres import PostgresServer
from tests.support.process import service_folder
from tests.support.s3 import S3Server


@click.command()
@click.option("--gib", default=0.2, show_default=True, help="Size of the database; the full form has 2.")
@click.option("--rounds", default=3, show_default=True, help="How often each way is measured.")
@click.option("--write", is_flag=True, help="Put the table into docs/performance.md.")
def main(gib: float, rounds: int, write: bool) -> None:
    """Dump, verify and restore, against pg_dump and pg_restore alone."""
    with service_folder() as folder:
        rows = measured(folder, gib, rounds)
    figures.show("Backup", rows)
    if write:
        figures.write("backup", rows)


def measured(folder: Path, gib: float, rounds: int) -> list[figures.Figure]:
    """The figures, on servers of its own."""
    volume = folder / "volume"
    volume.mkdir()
    with (
        PostgresServer(folder / "postgres") as server,
        S3Server(folder / "s3") as s3,
        server.database("bench") as database,
    ):
        fill(server, database, gib)
        return Bench(server, s3, database, volume, rounds).figures()


if __name__ == "__main__":
    main()
