"""The Jobs that change PostgreSQL's logins, on a real server; one alone, and one as Patroni leads it, whose
owner of the data is no superuser."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from resee_operator.components import rotation_database as jobs
from resee_operator.components.base import Manifest
from resee_operator.stages import Resolved
from resee_patroni import roles
from tests.support.deployments import facts_of, production, resolved_of
from tests.support.postgres import BIN, PostgresServer
from tests.support.process import service_folder
from tests.support.wait import Budget

DATABASE = "resee"


class Site:
    """A deployment's database and its Secret."""

    def __init__(self, server: PostgresServer, resolved: Resolved) -> None:
        self.server = server
        self.resolved = resolved
        self.secret = dict(facts_of(resolved).secrets["demo-database"])
        self.secret |= {"host": "127.0.0.1", "port": str(server.port), "next-password": "new"}
        owner = server.password if server.user == "resee" else "of the owner"
        self.secret |= {"password": owner, "superuser-password": server.password}

    def run(self, job: Manifest) -> None:
        """What the Job's Pod does."""
        (container,) = job["spec"]["template"]["spec"]["containers"]
        env = {"PATH": f"{BIN}:{os.environ['PATH']}"}
        for variable in container["env"]:
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference is None:
                env[variable["name"]] = variable["value"]
            elif reference["key"] in self.secret or not reference.get("optional"):
                env[variable["name"]] = self.secret[reference["key"]]
        if "SERVERS" in env:
            env["SERVERS"] = "127.0.0.1"
        done = subprocess.run(
            container["command"],
            env=env,
            capture_output=True,
            text=True,
            timeout=Budget.PROCESS.seconds,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def accept(self, role: str, password: str) -> None:
        self.secret["next-password"] = password
        self.run(jobs.accept(self.resolved, role, password))
        self.secret |= {"login": role, "login-password": password}

    def refuse(self) -> None:
        self.secret["next-owner-password"] = "of the owner, later"
        self.run(jobs.refuse(self.resolved, "asked"))
        self.secret["password"] = self.secret.pop("next-owner-password")

    def log_in(self, user: str, password: str) -> Any:
        return closing(psycopg2.connect(self.server.url(DATABASE, user, password)))

    def refused(self, user: str, password: str) -> bool:
        try:
            with self.log_in(user, password):
                return False
        except psycopg2.OperationalError as error:
            if not re.search("authentication failed|not permitted to log in", str(error)):
                raise
            return True


@pytest.fixture
def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The database after its first start."""
    across = request.param == "Patroni"
    resolved = production(database={"provider": "Patroni"}) if across else resolved_of()
    with (
        service_folder() as folder,
        PostgresServer(folder / "postgres", user="postgres" if across else "resee") as server,
    ):
        made = Site(server, resolved)
        monkeypatch.setattr(roles, "SOCKETS", "127.0.0.1")
        monkeypatch.setattr(roles, "LOGIN", folder / "login")
        monkeypatch.setenv("PGPORT", str(server.port))
        monkeypatch.setenv("PGPASSWORD", server.password)
        monkeypatch.setenv("SUPERUSER_PASSWORD", server.password)
        monkeypatch.setenv("REPLICATION_PASSWORD", "of the members")
        monkeypatch.setenv("APPLICATION_USER", "resee")
        monkeypatch.setenv("APPLICATION_PASSWORD", made.secret["password"])
        monkeypatch.setenv("APPLICATION_DATABASE", DATABASE)
        if across:
            roles.follow("primary")
        else:
            with closing(server.connect("postgres")) as first, first.cursor() as ask:
                first.autocommit = True
                ask.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        yield made


both = pytest.mark.parametrize("site", ["StatefulSet", "Patroni"], indirect=True)
across_zones = pytest.mark.parametrize("site", ["Patroni"], indirect=True)


@both
def test_logins_take_turns_and_are_the_owner_once_they_are_in(site: Site) -> None:
    old = site.secret["password"]
    site.accept("resee_a", "first")
    for user, password in (("resee", old), ("resee_a", "first")):
        with site.log_in(user, password) as session, session.cursor() as ask:
            ask.execute("SELECT current_user")
            assert ask.fetchone() == ("resee",)
    site.refuse()
    assert site.refused("resee", old)
    site.accept("resee_b", "second")
    assert not site.refused("resee_a", "first")
    site.refuse()
    assert site.refused("resee_a", "first")
    assert not site.refused("resee_b", "second")


@across_zones
def test_whoever_becomes_primary_brings_no_old_login_back(site: Site) -> None:
    old = site.secret["password"]
    site.accept("resee_a", "first")
    site.refuse()
    roles.LOGIN.write_text("resee_a")
    roles.follow("primary")
    assert site.refused("resee", old)
    assert not site.refused("resee_a", "first")


@across_zones
def test_a_secret_that_is_drawn_anew_is_the_authority(site: Site) -> None:
    """The volumes were kept, the Secret was not: its owner logs in again."""
    site.accept("resee_a", "first")
    site.refuse()
    roles.follow("primary")
    assert not site.refused("resee", os.environ["APPLICATION_PASSWORD"])


@across_zones
def test_a_login_can_do_what_a_restore_needs(site: Site) -> None:
    """Make a database, end the sessions of the other login, and swap the names."""
    site.accept("resee_a", "first")
    site.refuse()
    site.accept("resee_b", "second")
    with site.log_in("resee_a", "first") as other, site.log_in("resee_b", "second") as session:
        session.autocommit = True
        with session.cursor() as ask:
            ask.execute("CREATE DATABASE restored")
            ask.execute("ALTER DATABASE restored RENAME TO swapped")
            ask.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", ("resee_a",)
            )
            assert ask.fetchone() == (True,)
        with pytest.raises(psycopg2.OperationalError), other.cursor() as ask:
            ask.execute("SELECT 1")
