"""A real PostgreSQL and a real S3 server for the session; two kinds of destination for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.backup.program import Place, Program
from tests.integration.backup.sample import fill
from tests.support.postgres import PostgresServer
from tests.support.process import service_folder
from tests.support.s3 import S3Server


@pytest.fixture(scope="session")
def services() -> Iterator[Path]:
    """Where the servers keep their data."""
    with service_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(services: Path) -> Iterator[PostgresServer]:
    """PostgreSQL 15."""
    with PostgresServer(services / "postgres") as server:
        yield server


@pytest.fixture(scope="session")
def s3(services: Path) -> Iterator[S3Server]:
    """versitygw with an empty bucket."""
    with S3Server(services / "s3") as server:
        yield server


@pytest.fixture(scope="session")
def sample(postgres: PostgresServer) -> Iterator[str]:
    """Name of a database like Resee's, 30 MiB, that tests read only."""
    with postgres.database("resee") as name:
        fill(postgres, name)
        yield name


@pytest.fixture
def bucket(s3: S3Server, request: pytest.FixtureRequest) -> Place:
    """A prefix of the bucket that no other test uses."""
    return Place.in_bucket(s3, f"test-{abs(hash(request.node.nodeid))}")


@pytest.fixture
def volume(tmp_path: Path) -> Place:
    """An empty folder as a mounted volume."""
    (tmp_path / "backups").mkdir()
    return Place.on_volume(tmp_path / "backups")


@pytest.fixture(params=["bucket", "volume"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each kind of destination in turn."""
    chosen: Place = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def program(postgres: PostgresServer, sample: str, place: Place, tmp_path: Path) -> Program:
    """The program with the environment of a Pod, the sample database and one of the destinations."""
    return Program(postgres.url(sample), place, tmp_path / "result.json")


@pytest.fixture
def on_volume(postgres: PostgresServer, sample: str, volume: Place, tmp_path: Path) -> Program:
    """The same with a volume."""
    return Program(postgres.url(sample), volume, tmp_path / "result.json")


@pytest.fixture
def in_bucket(postgres: PostgresServer, sample: str, bucket: Place, tmp_path: Path) -> Program:
    """The same with a bucket."""
    return Program(postgres.url(sample), bucket, tmp_path / "result.json")


@pytest.fixture(scope="session")
def dumped(postgres: PostgresServer, sample: str, services: Path) -> Path:
    """A volume with one verified backup of the sample, to be copied."""
    folder = services / "dumped"
    folder.mkdir()
    outcome = Program(postgres.url(sample), Place.on_volume(folder), services / "result.json").run("dump")
    assert outcome.code == 0, outcome.log
    return folder


@pytest.fixture
def backup(dumped: Path, volume: Place) -> str:
    """Id of a verified backup of the sample on the test's own volume."""
    shutil.copytree(dumped, volume.folder, dirs_exist_ok=True)
    return volume.files()[0].split("/")[2]
