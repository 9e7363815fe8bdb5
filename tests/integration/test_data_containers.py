"""The containers of PostgreSQL and Redis as their manifests describe them, run by the offline images'
entrypoints.

Arguments, environment, hook and probes come from the manifests; only ports and folders are the test's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from resee_operator.components import Facts
from resee_operator.components.logins import server_file
from tests.support.deployments import ROOT, container_of, facts_of, find, manifests_of, resolved_of
from tests.support.postgres import BIN
from tests.support.process import LocalProcess, require_program, service_folder
from tests.support.wait import Budget, until

RESOLVED = resolved_of(database={"parameters": {"log_statement": "all", "log_min_duration_statement": "0"}})
FIRST = facts_of(RESOLVED)


def with_password(secret: str, **data: str) -> Facts:
    """The generated Secrets, one of them with another password."""
    return Facts({**FIRST.secrets, secret: {**FIRST.secrets[secret], **data}})


class Container(LocalProcess):
    """A container of the deployment as a process of this machine.

    Args:
        directory: its writable folder.
        component: postgres or redis.
        moved: folders of the container and where they are here, longest first.
    """

    refuses_root = True

    def __init__(self, directory: Path, component: str, moved: dict[str, str]) -> None:
        super().__init__(directory)
        self.name = component
        self.facts = FIRST
        self.moved = moved
        self.entrypoint = directory.with_name(f"{component}-entrypoint.sh")
        shutil.copy(ROOT / "images" / component / "docker-entrypoint.sh", self.entrypoint)
        self.entrypoint.chmod(0o755)

    @property
    def manifest(self) -> dict[str, Any]:
        manifests = manifests_of(RESOLVED, self.facts)
        return container_of(find(manifests, "StatefulSet", f"demo-{self.name}"))

    def environment(self) -> dict[str, str]:
        found = {"PATH": f"{BIN}:{os.environ['PATH']}", "TMPDIR": str(self.directory)}
        for variable in self.manifest.get("env", ()):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            value = (
                self.facts.secrets[reference["name"]][reference["key"]] if reference else variable["value"]
            )
            found[variable["name"]] = self.here(value)
        return found

    def here(self, text: str) -> str:
        """A text of the manifest with the container's folders replaced by this machine's."""
        for there, here in self.moved.items():
            text = text.replace(there, here)
        return text

    def args(self) -> list[str]:
        return [self.here(word) for word in self.manifest["args"]]

    def run(self, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container's surroundings, as the kubelet runs hooks and probes."""
        return subprocess.run(
            command,
            env={**self.environment(), **environment},
            user=self.uid,
            group=self.gid,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=Budget.PROCESS.seconds,
            check=False,
        )

    def probe(self, name: str, **environment: str) -> int:
        """Exit code of one of its probes."""
        return self.run(self.manifest[name]["exec"]["command"], **environment).returncode

    def command_lines(self) -> str:
        """What everybody on the node can read of its processes."""
        assert self._process is not None
        listed = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-g", str(self._process.pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        return listed.stdout


class Postgres(Container):
    """PostgreSQL. Its hook runs beside its start, as the kubelet runs it."""

    def command(self) -> list[str]:
        own = [
            "-c",
            f"port={self.port}",
            "-c",
            f"unix_socket_directories={self.directory}",
            "-c",
            "fsync=off",
        ]
        volume = self.directory / "volume"
        volume.mkdir(exist_ok=True)
        shutil.chown(volume, self.uid, self.gid)
        program = [self.here(word) for word in self.manifest["command"]]
        return [*program, *self.args(), *own]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "PGPORT": str(self.port), "PGHOST": str(self.directory)}

    def hook(self) -> subprocess.CompletedProcess[str]:
        return self.run(self.manifest["lifecycle"]["postStart"]["exec"]["command"])

    def answers(self) -> bool:
        done = self.hook()
        assert done.returncode == 0, done.stderr
        return True

    def log_in(self, password: str) -> bool:
        address = f"host=127.0.0.1 port={self.port} user=resee dbname=resee connect_timeout=3"
        try:
            with closing(psycopg2.connect(address, password=password)):
                return True
        except psycopg2.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise
            return False


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A first start of PostgreSQL on an empty volume."""
    require_program("postgres", "postgresql-15", BIN)
    with service_folder() as folder:
        data = folder / "postgres"
        moved = {
            "/var/lib/postgresql/data": str(data / "volume"),
            "docker-entrypoint.sh": str(folder / "postgres-entrypoint.sh"),
        }
        with Postgres(data, "postgres", moved) as running:
            yield running


@pytest.fixture
def redis_container() -> Iterator[RedisContainer]:
    """Redis on an empty volume."""
    require_program("redis-server", "redis-server")
    with service_folder() as folder, RedisContainer(folder / "redis") as running:
        yield running


class RedisContainer(Container):
    """Redis, its password file where the Secret would be mounted."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            directory, "redis", dict.fromkeys(("/tmp", "/etc/redis-auth", "/data"), str(directory))
        )

    def command(self) -> list[str]:
        (self.directory / "auth.conf").write_text(self.facts.secrets["demo-redis"]["auth.conf"])
        program = map(self.here, self.manifest["command"])
        return [*program, *self.args(), "--port", str(self.port), "--bind", "127.0.0.1"]

    def answers(self) -> bool:
        return self.probe("startupProbe") == 0

    def probe(self, name: str, **environment: str) -> int:
        command = [self.here(word) for word in self.manifest[name]["exec"]["command"]]
        if command[0] == "redis-cli":
            command[1:1] = ["-p", str(self.port)]
        command = [word.replace("-p 6379", f"-p {self.port}") for word in command]
        return self.run(command, **environment).returncode

    def client(self, password: str) -> redis.Redis:
        return redis.Redis(port=self.port, password=password, socket_timeout=3)


def password_of(facts: Facts, secret: str) -> str:
    return facts.secrets[secret]["password"]


def test_postgres_starts_on_an_empty_volume_and_asks_for_the_password(postgres: Postgres) -> None:
    assert postgres.log_in(password_of(FIRST, "demo-database"))
    assert not postgres.log_in("wrong")
    assert postgres.probe("readinessProbe") == 0


def test_the_secret_is_the_authority_after_a_restart(postgres: Postgres) -> None:
    postgres.stop()
    postgres.facts = with_password("demo-database", password="it's; \\ new")
    postgres.start()
    assert postgres.log_in("it's; \\ new")
    assert not postgres.log_in(password_of(FIRST, "demo-database"))


def test_a_first_start_that_was_cut_off_is_completed(postgres: Postgres) -> None:
    """The official image never makes the database later, once the data folder exists."""
    assert (
        postgres.run(["psql", "-U", "resee", "-d", "postgres", "-c", "DROP DATABASE resee"]).returncode == 0
    )
    postgres.restart()
    assert postgres.log_in(password_of(FIRST, "demo-database"))


def test_the_password_is_in_no_command_line_and_no_log(postgres: Postgres) -> None:
    """Not even where the server logs every statement."""
    postgres.stop()
    postgres.facts = with_password("demo-database", password="sentinel-of-the-test")
    postgres.start()
    assert postgres.log_in("sentinel-of-the-test")
    assert postgres.run(["psql", "-U", "resee", "-d", "postgres", "-c", "SELECT 'seen'"]).returncode == 0
    assert "SELECT 'seen'" in postgres.log.read_text()
    assert "sentinel-of-the-test" not in postgres.log.read_text()
    assert "postgres" in postgres.command_lines()
    assert "sentinel-of-the-test" not in postgres.command_lines()


def test_a_second_server_waits_until_the_first_has_left_the_volume(postgres: Postgres) -> None:
    """A Pod that was deleted by force is gone before its server is."""
    next_one = Postgres(postgres.directory, "postgres", postgres.moved)
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(next_one.start)

        def waits() -> None:
            assert "waiting for the server that still has this volume" in next_one.log.read_text()

        until(waits, Budget.PROCESS, every=0.05)
        query = ["psql", "-U", "resee", "-d", "resee", "-tAc"]
        assert postgres.run([*query, "CREATE TABLE kept AS SELECT 1 AS number"]).returncode == 0
        assert not starting.done()
        postgres.stop()
        starting.result()
        try:
            assert next_one.run([*query, "SELECT number FROM kept"]).stdout.strip() == "1"
        finally:
            next_one.stop()


def test_data_checksums_are_on(postgres: Postgres) -> None:
    shown = postgres.run(["psql", "-U", "resee", "-d", "resee", "-tAc", "SHOW data_checksums"])
    assert shown.stdout.strip() == "on"


def test_postgres_away_is_not_ready(postgres: Postgres) -> None:
    postgres.stop()
    assert postgres.probe("readinessProbe") != 0


def test_redis_asks_for_the_password_and_keeps_tasks(redis_container: RedisContainer) -> None:
    password = password_of(FIRST, "demo-redis")
    with closing(redis_container.client("wrong")) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    with closing(redis_container.client(password)) as client:
        wanted = {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
        }
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
        client.lpush("default", "task")
    redis_container.restart()
    with closing(redis_container.client(password)) as client:
        assert client.lrange("default", 0, -1) == [b"task"]


def test_redis_takes_a_new_password(redis_container: RedisContainer) -> None:
    redis_container.stop()
    data = {"password": "new", "auth.conf": server_file(["new"], follows=False)}
    redis_container.facts = with_password("demo-redis", **data)
    redis_container.start()
    with closing(redis_container.client("new")) as client:
        assert client.ping()


def test_the_password_is_in_no_command_line_of_redis(redis_container: RedisContainer) -> None:
    assert "redis-server" in redis_container.command_lines()
    assert password_of(FIRST, "demo-redis") not in redis_container.command_lines()


def test_probes_of_redis(redis_container: RedisContainer) -> None:
    assert redis_container.probe("readinessProbe") == 0
    assert redis_container.probe("livenessProbe") == 0
    redis_container.stop()
    assert redis_container.probe("readinessProbe") != 0
    assert redis_container.probe("livenessProbe") != 0
