"""PostgreSQL, the official image or its stand-in: variables, folders, arguments, user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from devcluster.errors import ClusterError
from tests.images.containers import Container, Runner

pytestmark = pytest.mark.root

WRITABLE = ("/tmp", "/var/run/postgresql")
MOUNT = "/var/lib/postgresql/data"
ENVIRONMENT = {
    "POSTGRES_USER": "resee",
    "POSTGRES_PASSWORD": "quote's and spaces",
    "POSTGRES_DB": 'odd"name',
    "POSTGRES_INITDB_ARGS": "--data-checksums --encoding=UTF8",
    "PGDATA": f"{MOUNT}/pgdata",
}


@pytest.fixture(scope="module")
def image(database_image: str) -> str:
    return database_image


@contextmanager
def server(runner: Runner, image: str, volume: str, *arguments: str, **env: str) -> Iterator[Container]:
    environment = ENVIRONMENT | env
    with runner.running(
        image, *arguments, env=environment, writable=WRITABLE, volumes={volume: MOUNT}
    ) as container:
        container.wait("pg_isready", "--host=127.0.0.1")
        yield container


def ask(container: Container, query: str, environment: Mapping[str, str] = ENVIRONMENT) -> str:
    """Ask over TCP from outside the trusted addresses, with the password."""
    address = container.run("hostname", "--ip-address").split()[0]
    options = ("--host", address, "--username", environment["POSTGRES_USER"])
    command = ("psql", "--tuples-only", "--no-align", *options, "--dbname", environment["POSTGRES_DB"])
    return container.run(
        *command, "--command", query, env={"PGPASSWORD": environment["POSTGRES_PASSWORD"]}
    ).strip()


@pytest.fixture(scope="module")
def postgres(runner: Runner, image: str) -> Iterator[Container]:
    with (
        runner.volume() as volume,
        server(runner, image, volume, "postgres", "-c", "max_connections=77") as container,
    ):
        yield container


def test_version_is_15(postgres: Container) -> None:
    assert ask(postgres, "SHOW server_version").startswith("15.")


def test_arguments_reach_the_server(postgres: Container) -> None:
    assert ask(postgres, "SHOW max_connections") == "77"


def test_options_reach_initdb(postgres: Container) -> None:
    assert ask(postgres, "SHOW data_checksums") == "on"


def test_database_belongs_to_the_user(postgres: Container) -> None:
    owner = "SELECT pg_get_userbyid(datdba), datname FROM pg_database WHERE datname = current_database()"
    assert ask(postgres, "SELECT rolsuper FROM pg_roles WHERE rolname = 'resee'") == "t"
    assert ask(postgres, owner) == 'resee|odd"name'


def test_a_wrong_password_is_refused(postgres: Container) -> None:
    with pytest.raises(AssertionError, match="password authentication failed"):
        ask(postgres, "SELECT 1", ENVIRONMENT | {"POSTGRES_PASSWORD": "wrong"})


def test_it_runs_as_the_official_user(postgres: Container) -> None:
    assert postgres.run("id", "-u").strip() == "999"


def test_the_password_is_in_no_log(postgres: Container) -> None:
    assert ENVIRONMENT["POSTGRES_PASSWORD"] not in postgres.logs()


def test_data_stay_and_the_first_start_is_not_repeated(runner: Runner, image: str) -> None:
    with runner.volume() as volume:
        with server(runner, image, volume) as first:
            ask(first, "CREATE TABLE kept (id int)")
            assert first.stop() == 0
        with server(runner, image, volume, POSTGRES_PASSWORD="another") as second:
            assert ask(second, "SELECT count(*) FROM kept") == "0"


def test_a_first_start_that_was_cut_off_is_made_anew(runner: Runner, image: str) -> None:
    if "resee-postgres" not in image:
        pytest.skip("the official image takes what was cut off for a database")
    with runner.volume() as volume:
        cut_off = f"mkdir {MOUNT}/pgdata.new && touch {MOUNT}/pgdata.new/PG_VERSION"
        with runner.running(image, "sh", "-c", cut_off, volumes={volume: MOUNT}, writable=WRITABLE) as made:
            assert made.engine.docker("wait", made.identity).stdout.strip() == "0"
        with server(runner, image, volume) as container:
            assert ask(container, "SELECT 1") == "1"


def test_files_of_the_first_start_are_run_in_order(runner: Runner, image: str, tmp_path: Path) -> None:
    (tmp_path / "1-table.sql").write_text("CREATE TABLE early (id int);")
    (tmp_path / "2-row.sh").write_text(
        'psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" -c "INSERT INTO early VALUES (7)"\n'
    )
    tmp_path.chmod(0o755)
    volumes = {str(tmp_path): "/docker-entrypoint-initdb.d:ro"}
    with (
        runner.volume() as volume,
        runner.running(
            image, env=ENVIRONMENT, writable=WRITABLE, volumes={volume: MOUNT, **volumes}
        ) as container,
    ):
        container.wait("pg_isready", "--host=127.0.0.1")
        assert ask(container, "SELECT id FROM early") == "7"


def test_the_password_may_come_from_a_file(runner: Runner, image: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from a file")
    tmp_path.chmod(0o755)
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "POSTGRES_PASSWORD"}
    volumes = {str(tmp_path): "/secrets:ro"}
    with (
        runner.volume() as volume,
        runner.running(
            image,
            env=environment | {"POSTGRES_PASSWORD_FILE": "/secrets/password"},
            writable=WRITABLE,
            volumes={volume: MOUNT, **volumes},
        ) as container,
    ):
        container.wait("pg_isready", "--host=127.0.0.1")
        assert ask(container, "SELECT 1", ENVIRONMENT | {"POSTGRES_PASSWORD": "from a file"}) == "1"


def test_without_a_password_it_refuses_to_start(runner: Runner, image: str) -> None:
    with pytest.raises(ClusterError, match="POSTGRES_PASSWORD"):
        runner.once(image, "postgres")
