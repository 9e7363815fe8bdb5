"""A real PgBouncer, told what the operator tells it, in front of real servers: logins, encryption, a
rotation, a server that ends, a standby that takes over, its own end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from resee_operator.components import Facts
from resee_operator.components.encryption import parts, server_names
from resee_operator.components.logins import pooler_file
from resee_operator.engine.certificates import issue
from resee_operator.stages import Resolved
from tests.support.deployments import facts_of, resolved_of
from tests.support.pgbouncer import PgBouncer
from tests.support.postgres import PostgresServer
from tests.support.process import service_folder
from tests.support.proxy import Switch
from tests.support.wait import Budget, until

OWNER, PASSWORD = "resee", "of the owner"
ROLE, ROLES_PASSWORD = "resee_a", 'of "role" a'
Logins = Sequence[tuple[str, str]]
LOGINS: Logins = [(OWNER, PASSWORD), (ROLE, ROLES_PASSWORD)]


def pooled(mode: str = "Transaction", *, tls: bool = False, most: str = "60") -> Resolved:
    pooler = {"enabled": True, "poolMode": mode}
    return resolved_of(database={"pooler": pooler, "tls": tls, "parameters": {"max_connections": most}})


def facts(resolved: Resolved, logins: Logins, tls: dict[str, str] | None) -> Facts:
    """The Secrets, PgBouncer's list being that of these logins."""
    data = {**facts_of(resolved).secrets["demo-database"], "userlist.txt": pooler_file(logins)}
    return facts_of(resolved, **{"demo-database": data, "demo-tls": tls or {}})


def prepare(server: PostgresServer) -> None:
    """The owner and a login role, as a rotation makes it."""
    names = {"owner": sql.Identifier(OWNER), "role": sql.Identifier(ROLE)}
    words = {"password": sql.Literal(PASSWORD), "other": sql.Literal(ROLES_PASSWORD)}
    for statement in (
        "CREATE ROLE {owner} LOGIN PASSWORD {password}",
        "CREATE ROLE {role} LOGIN PASSWORD {other}",
        "GRANT {owner} TO {role}",
        "ALTER ROLE {role} SET role TO {owner}",
        "GRANT pg_signal_backend TO {owner}",
        "CREATE DATABASE {owner} OWNER {owner}",
    ):
        server.execute(sql.SQL(statement).format(**names, **words))
    server.execute("CREATE TABLE done (id bigserial PRIMARY KEY)", database=OWNER)
    server.execute("ALTER TABLE done OWNER TO resee", database=OWNER)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with service_folder() as made:
        yield made


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[PostgresServer]:
    with PostgresServer(folder / "postgres", user="postgres") as made:
        prepare(made)
        yield made


@contextmanager
def pgbouncer(
    folder: Path, resolved: Resolved, port: int, logins: Logins = LOGINS, tls: dict[str, str] | None = None
) -> Iterator[PgBouncer]:
    known = facts(resolved, logins, tls)
    place = folder / f"pgbouncer-{os.urandom(4).hex()}"
    with PgBouncer(place, resolved, known, port) as made:
        yield made


@contextmanager
def client(made: PgBouncer, login: tuple[str, str] = LOGINS[0], **options: Any) -> Iterator[Any]:
    """A session in which each statement is a transaction of its own."""
    user, password = login
    address = {"host": "127.0.0.1", "port": made.port, "dbname": OWNER, "connect_timeout": 5}
    with closing(psycopg2.connect(**{**address, "user": user, "password": password, **options})) as session:
        session.autocommit = True
        yield session


def ask(session: Any, query: str) -> tuple[Any, ...]:
    with session.cursor() as cursor:
        cursor.execute(query)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


@pytest.fixture(scope="module")
def running(folder: Path, server: PostgresServer) -> Iterator[PgBouncer]:
    with pgbouncer(folder, pooled(), server.port) as made:
        yield made


class TestLogins:
    @pytest.mark.parametrize("login", LOGINS, ids=[user for user, _ in LOGINS])
    def test_who_is_on_its_list_becomes_the_owner(self, running: PgBouncer, login: tuple[str, str]) -> None:
        with client(running, login) as session:
            assert ask(session, "SELECT session_user::text, current_user::text") == (login[0], OWNER)

    @pytest.mark.parametrize("login", [(OWNER, "wrong"), ("postgres", PASSWORD), ("nobody", "nothing")])
    def test_others_are_refused(self, running: PgBouncer, login: tuple[str, str]) -> None:
        with pytest.raises(psycopg2.OperationalError, match="authentication failed"), client(running, login):
            pass

    def test_nobody_gets_at_its_console(self, running: PgBouncer) -> None:
        with (
            pytest.raises(psycopg2.OperationalError, match="not allowed"),
            client(running, dbname="pgbouncer"),
        ):
            pass

    def test_no_password_is_seen(self, running: PgBouncer) -> None:
        with suppress(psycopg2.OperationalError), client(running, (OWNER, "a wrong one")):
            pass
        seen = running.log.read_text() + running.command_line()
        for word in (PASSWORD, ROLES_PASSWORD, "a wrong one"):
            assert word not in seen

    @pytest.mark.parametrize("name", ["startupProbe", "readinessProbe", "livenessProbe"])
    def test_its_probes_pass(self, running: PgBouncer, name: str) -> None:
        assert running.probe(name) == 0


@pytest.mark.parametrize("mode", ["Session", "Transaction"])
def test_a_login_role_is_the_owner_on_a_connection_that_others_had(
    folder: Path, server: PostgresServer, mode: str
) -> None:
    """What PgBouncer resets between two clients must not make it the bare role."""
    with pgbouncer(folder, pooled(mode), server.port) as made:
        seen = set()
        for _ in range(3):
            with client(made, LOGINS[1]) as session:
                seen.add(ask(session, "SELECT current_user::text, pg_backend_pid()"))
    assert len(seen) == 1
    assert {user for user, _ in seen} == {OWNER}


def test_clients_share_few_connections(folder: Path, server: PostgresServer) -> None:
    with pgbouncer(folder, pooled(most="22"), server.port) as made:
        backends = set()
        with client(made) as one, client(made) as two, client(made) as three, client(made) as four:
            for session in (one, two, three, four) * 3:
                backends.add(ask(session, "SELECT pg_backend_pid()"))
    assert len(backends) <= 2


def test_a_session_is_its_clients_alone(folder: Path, server: PostgresServer) -> None:
    with pgbouncer(folder, pooled("Session"), server.port) as made, client(made) as one, client(made) as two:
        mine, theirs = ({ask(session, "SELECT pg_backend_pid()") for _ in range(3)} for session in (one, two))
        assert len(mine) == len(theirs) == 1
        assert mine != theirs


def test_logins_of_a_rotation(folder: Path, server: PostgresServer) -> None:
    """The list before web and workers switch has both, the one after it the new one alone."""
    with pgbouncer(folder, pooled(), server.port, LOGINS[1:]) as made:
        with client(made, LOGINS[1]) as session:
            assert ask(session, "SELECT current_user::text") == (OWNER,)
        with pytest.raises(psycopg2.OperationalError, match="authentication failed"), client(made):
            pass


ENCRYPTED = pooled(tls=True)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """As the Secret has them; the test's server has one more name."""
    return parts(issue((*server_names(ENCRYPTED), "localhost"), datetime.now(UTC)))


@pytest.fixture(scope="module")
def encrypted(files: dict[str, str]) -> Iterator[PostgresServer]:
    with service_folder() as folder:
        place = folder / "tls"
        place.mkdir()
        settings = {"ssl": "on", "ssl_cert_file": f"{place}/tls.crt", "ssl_key_file": f"{place}/tls.key"}
        made = PostgresServer(folder / "postgres", user="postgres", settings=settings)
        for name, text in files.items():
            (place / name).write_text(text)
            (place / name).chmod(0o600)
            os.chown(place / name, made.uid, made.gid)
        with made:
            prepare(made)
            yield made


@pytest.fixture(scope="module")
def encrypting(folder: Path, encrypted: PostgresServer, files: dict[str, str]) -> Iterator[PgBouncer]:
    with pgbouncer(folder, ENCRYPTED, encrypted.port, tls=files) as made:
        yield made


class TestEncryption:
    @pytest.fixture
    def trust(self, files: dict[str, str], tmp_path: Path) -> dict[str, Any]:
        """As libpq is told in the Pods of web and workers."""
        (tmp_path / "ca.crt").write_text(files["ca.crt"])
        return {"sslmode": "verify-full", "sslrootcert": str(tmp_path / "ca.crt"), "hostaddr": "127.0.0.1"}

    def test_both_ways_are_encrypted(self, encrypting: PgBouncer, trust: dict[str, Any]) -> None:
        with client(encrypting, host="demo-pooler", **trust) as session:
            assert session.info.ssl_in_use
            query = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            assert ask(session, query) == (True, "TLSv1.3")

    def test_clients_turn_away_from_another_name(self, encrypting: PgBouncer, trust: dict[str, Any]) -> None:
        with (
            pytest.raises(psycopg2.OperationalError, match="does not match host name"),
            client(encrypting, host="another-pooler", **trust),
        ):
            pass

    def test_nobody_gets_in_without(self, encrypting: PgBouncer) -> None:
        with (
            pytest.raises(psycopg2.OperationalError, match="SSL required"),
            client(encrypting, sslmode="disable"),
        ):
            pass

    def test_a_server_of_another_authority_is_left(self, folder: Path, encrypted: PostgresServer) -> None:
        strange = parts(issue((*server_names(ENCRYPTED), "localhost"), datetime.now(UTC)))
        with pgbouncer(folder, ENCRYPTED, encrypted.port, tls=strange) as made:
            with pytest.raises(psycopg2.OperationalError), client(made) as session:
                ask(session, "SELECT 1")
            assert "certificate verify failed" in made.log.read_text()

    def test_its_probes_pass(self, encrypting: PgBouncer) -> None:
        assert encrypting.probe("readinessProbe") == 0


@dataclass
class Writer:
    """A client that writes on and on, and makes a new connection after each failure."""

    pooler: PgBouncer
    written: int = 0
    failures: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        while not self._over.is_set():
            try:
                with client(self.pooler, LOGINS[1]) as session:
                    self._write(session)
            except psycopg2.Error as error:
                self.failures.append(str(error))
                self._over.wait(0.05)

    def _write(self, session: Any) -> None:
        while not self._over.wait(0.02):
            with session.cursor() as cursor:
                cursor.execute("INSERT INTO done DEFAULT VALUES")
            self.written += 1

    @contextmanager
    def running(self, count: int = 4) -> Iterator[Writer]:
        threads = [threading.Thread(target=self.write) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def goes_on(self) -> None:
        """Wait until more is written."""
        before = self.written

        def more() -> None:
            assert self.written > before + 20, self.failures[-1:]

        until(more, Budget.PROCESS, every=0.05)


class TestFailover:
    @pytest.fixture
    def primary(self) -> Iterator[PostgresServer]:
        with service_folder() as folder, PostgresServer(folder / "postgres", user="postgres") as made:
            prepare(made)
            yield made

    @pytest.fixture
    def standby(self, primary: PostgresServer) -> Iterator[PostgresServer]:
        with service_folder() as folder, primary.standby(folder / "standby") as made:
            yield made

    @pytest.fixture
    def service(self, primary: PostgresServer) -> Iterator[Switch]:
        with Switch(primary.port) as made:
            yield made

    @pytest.fixture
    def writer(self, service: Switch) -> Iterator[Writer]:
        with (
            service_folder() as folder,
            pgbouncer(folder, pooled(), service.port) as made,
            Writer(made).running() as writer,
        ):
            writer.goes_on()
            yield writer

    def test_connections_that_are_ended_are_made_anew(self, writer: Writer, primary: PostgresServer) -> None:
        for _ in range(3):
            primary.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", ROLE)
            writer.goes_on()

    def test_a_server_that_comes_back_is_found(self, writer: Writer, primary: PostgresServer) -> None:
        primary.kill()
        until(lambda: self.fails(writer), Budget.PROCESS, every=0.05)
        primary.start()
        writer.goes_on()

    def test_one_that_takes_over_is_followed(
        self, standby: PostgresServer, writer: Writer, primary: PostgresServer, service: Switch
    ) -> None:
        primary.kill()
        until(lambda: self.fails(writer), Budget.PROCESS, every=0.05)
        standby.promote()
        service.target = standby.port
        writer.goes_on()

    def test_a_standby_under_the_primarys_name_is_left_for_the_primary(
        self, standby: PostgresServer, writer: Writer, primary: PostgresServer, service: Switch
    ) -> None:
        """As for the moment after a failover in which a node has not heard of it: nothing may stay there."""
        service.target = standby.port
        primary.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", ROLE)
        until(lambda: self.fails(writer), Budget.PROCESS, every=0.05)
        service.target = primary.port
        writer.goes_on()
        assert not [failure for failure in writer.failures if "read-only" in failure]
        where = "SELECT count(*) FROM pg_stat_activity WHERE usename = %s"
        assert standby.execute(where, ROLE) == [(0,)]

    @staticmethod
    def fails(writer: Writer) -> None:
        count = len(writer.failures)
        before = writer.written
        until(lambda: _more(lambda: len(writer.failures), count + 4), Budget.ANSWER, every=0.05)
        assert writer.written == before, "it still writes"


def _more(count: Callable[[], int], than: int) -> None:
    assert count() > than


class TestEnd:
    def test_a_transaction_may_end(self, folder: Path, server: PostgresServer) -> None:
        with pgbouncer(folder, pooled(), server.port) as made, client(made) as busy, client(made) as idle:
            ask(idle, "SELECT 1")
            with busy.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("INSERT INTO done DEFAULT VALUES RETURNING id")
                (row,) = cursor.fetchone()
                made.tell()
                until(lambda: _told(made), Budget.PROCESS, every=0.05)
                cursor.execute("COMMIT")
            assert made.ended() == 0
        assert server.execute("SELECT count(*) FROM done WHERE id = %s", row, database=OWNER) == [(1,)]


def _told(made: PgBouncer) -> None:
    assert "got SIGINT" in made.log.read_text()
