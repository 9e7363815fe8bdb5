"""PostgreSQL with Patroni: programs, user, start and its refusals. Three of them at work: tests/zones."""

from __future__ import annotations

import pytest

from devcluster.errors import ClusterError
from devcluster.images.catalogue import POSTGRES_HA
from tests.images.containers import Container, Runner

pytestmark = pytest.mark.root

_PROGRAMS = (
    "initdb",
    "pg_basebackup",
    "pg_ctl",
    "pg_controldata",
    "pg_isready",
    "pg_rewind",
    "postgres",
    "psql",
)
_SERVER = """
set -e
initdb --pgdata=/tmp/data --data-checksums --auth=trust --no-sync >/dev/null
exec postgres -D /tmp/data -k /var/run/postgresql
"""


@pytest.fixture(scope="module")
def image(images: dict[str, str]) -> str:
    return images[POSTGRES_HA]


def test_all_programs_that_patroni_calls_are_of_version_15(runner: Runner, image: str) -> None:
    each = f"for program in {' '.join(_PROGRAMS)}; do $program --version; done"
    said = runner.once(image, "-ec", each, entrypoint="sh").splitlines()
    assert len(said) == len(_PROGRAMS)
    assert all(") 15." in line for line in said)


def test_it_runs_as_the_official_user(runner: Runner, image: str) -> None:
    assert runner.once(image, "-u", entrypoint="id").strip() == "999"


def test_patroni_is_there_with_its_store(runner: Runner, image: str) -> None:
    program = "import patroni.dcs.kubernetes as store, patroni.version as it; print(it.__version__)"
    assert runner.once(image, "-c", program, entrypoint="python3").startswith("4.")


def test_an_unknown_command_is_named(runner: Runner, image: str) -> None:
    with pytest.raises(ClusterError, match="write one of run, role, switchover"):
        runner.once(image, "serve")


def test_leaving_never_fails(runner: Runner, image: str) -> None:
    """The hook of a Pod whose Patroni is gone must not hold its end up."""
    assert runner.once(image, "switchover", env={"PATRONI_RESTAPI_PASSWORD": "x", "PATRONI_NAME": "x"}) == ""


def test_a_primary_gets_the_roles_of_its_secret(runner: Runner, image: str) -> None:
    secret = {
        "APPLICATION_USER": "resee",
        "APPLICATION_DATABASE": 'odd"name',
        "APPLICATION_PASSWORD": "quote's",
        "SUPERUSER_PASSWORD": "super",
        "REPLICATION_PASSWORD": "replica",
    }
    folders = ("/tmp", "/var/run/postgresql")
    serving = runner.running(image, "-c", _SERVER, entrypoint="sh", env=secret, writable=folders)
    with serving as container:
        container.wait("pg_isready")
        container.run("python3", "-m", "resee_patroni", "role", "on_role_change", "primary", "demo")
        owner = "SELECT pg_get_userbyid(datdba), rolsuper FROM pg_database, pg_roles"
        assert _ask(container, f"{owner} WHERE datname = 'odd\"name' AND rolname = 'resee'") == "resee|f"
        assert _ask(container, "SELECT rolpassword ~ '^SCRAM' FROM pg_authid WHERE rolname = 'resee'") == "t"
        assert "quote's" not in container.logs()


def _ask(container: Container, query: str) -> str:
    return container.run("psql", "-XAtq", "--username=postgres", "--command", query).strip()
