"""`manage.py check_server` against real servers: what is fit, what is refused, and that no secret is told."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from config.environment import env
from config.redis_servers import Servers
from core.servers import postgres, redis
from core.servers.answer import Answer, Encryption, Unfit
from testing import certificates
from testing.services import Postgres, Redis, free_port

SECRET = "s3cr3t/of+all"
QUOTED = "s3cr3t%2Fof%2Ball"


@contextmanager
def running(service: Any) -> Iterator[Any]:
    try:
        service.start()
        yield service
    finally:
        service.remove()


def database_at(url: str) -> DatabaseWrapper:
    """Django's connection to the address, with what Django fills in."""
    return DatabaseWrapper({**connection.settings_dict, "OPTIONS": {}, **env.db_url_config(url)}, "looked-at")


def look_at(url: str, asked: Encryption = Encryption.ADVISE) -> Answer:
    opened = database_at(url)
    try:
        return postgres.look(opened, asked)
    finally:
        opened.close()


def refused(url: str, asked: Encryption = Encryption.ADVISE) -> Answer:
    with pytest.raises(Unfit) as caught:
        look_at(url, asked)
    return caught.value.answer


def redis_refused(url: str, asked: Encryption = Encryption.ADVISE, servers: Servers | None = None) -> Answer:
    with pytest.raises(Unfit) as caught:
        redis.look({"uri": url}, servers or Servers(), asked)
    return caught.value.answer


@pytest.fixture
def role(postgres_server: Postgres) -> Iterator[str]:
    """A database, and a user with no rights in it."""
    postgres_server.execute("CREATE ROLE guest LOGIN")
    postgres_server.execute("CREATE DATABASE theirs")
    yield postgres_server.url("theirs").replace("resee@", "guest@")
    postgres_server.execute("DROP DATABASE theirs WITH (FORCE)")
    postgres_server.execute("DROP ROLE guest")


@pytest.mark.django_db
class TestDatabase:
    def test_a_fit_one_is_told_with_its_version_and_wal_level(self, postgres_server: Postgres) -> None:
        answer = look_at(postgres_server.url("postgres"))
        assert answer.ok
        assert "is PostgreSQL 15." in answer.message
        assert "wal_level replica" in answer.message
        assert [warning for warning in answer.warnings if "encryption" not in warning] == []

    def test_no_encryption_is_warned_of_or_refused(self, postgres_server: Postgres) -> None:
        url = postgres_server.url("postgres")
        (warning,) = look_at(url).warnings
        assert "without encryption: add sslmode=require" in warning
        assert "without encryption" in refused(url, Encryption.REQUIRE).message

    def test_a_demand_in_the_address_is_held_to(self, postgres_server: Postgres) -> None:
        answer = refused(f"{postgres_server.url('postgres')}?sslmode=require")
        assert "does not support SSL" in answer.message
        assert "turn encryption on" in answer.remedy

    def test_missing_rights_are_named(self, role: str) -> None:
        answer = refused(role)
        assert "user guest may not create tables in schema public of database theirs" in answer.message
        assert "grant it CREATE" in answer.remedy

    def test_rights_that_only_restores_need_are_warned_of(self, role: str, postgres_server: Postgres) -> None:
        postgres_server.execute("ALTER DATABASE theirs OWNER TO guest")
        warnings = look_at(role).warnings
        assert any("may not create databases" in warning for warning in warnings)

    def test_what_takes_no_writes_is_refused(self, postgres_server: Postgres) -> None:
        url = f"{postgres_server.url('postgres')}?options=-c%20default_transaction_read_only%3Don"
        assert "takes no writes" in refused(url).message

    @pytest.mark.parametrize(("least", "most"), [(16, 16), (1, 14)])
    def test_version(
        self, least: int, most: int, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "OLDEST", least)
        monkeypatch.setattr(postgres, "NEWEST", most)
        url = postgres_server.url("postgres")
        if least > 15:
            assert "upgrade the server to PostgreSQL 16" in refused(url).remedy
        else:
            assert any("newer than the backup's pg_dump" in warning for warning in look_at(url).warnings)

    def test_nobody_there(self) -> None:
        answer = refused(f"postgres://resee:{QUOTED}@127.0.0.1:{free_port()}/resee")
        assert "Connection refused" in answer.message
        assert "firewall" in answer.remedy

    @pytest.mark.parametrize(
        ("name", "remedy"), [("/nothing", "create the database"), ("nobody@", "create the user")]
    )
    def test_wrong_names(self, name: str, remedy: str, postgres_server: Postgres) -> None:
        url = postgres_server.url("postgres")
        wrong = url.replace("/postgres", name) if name[0] == "/" else url.replace("resee@", name)
        assert remedy in refused(wrong.replace("postgres:/nothing", "postgres:")).remedy


class TestRedis:
    def test_a_fit_one(self) -> None:
        with running(Redis(requirepass=SECRET, maxmemory_policy="noeviction")) as server:
            url = server.url(0).replace("//", f"//:{QUOTED}@")
            answer = redis.look({"uri": url, "cache-uri": url[:-1] + "1"}, Servers(), Encryption.ADVISE)
        assert answer.message == f"127.0.0.1:{server.port} is Redis {answer.message.split()[-1]}"
        assert ["without encryption" in warning for warning in answer.warnings] == [True, True]

    def test_cluster_mode_is_refused_with_what_to_do(self) -> None:
        with running(Redis(cluster_enabled="yes")) as server:
            for number in (0, 1):
                answer = redis_refused(server.url(number))
                assert "cluster mode on, which Celery cannot use" in answer.message
                assert "cluster mode disabled" in answer.remedy

    def test_what_evicts_and_asks_for_no_password_is_warned_of(self) -> None:
        with running(Redis(maxmemory_policy="allkeys-lru")) as server:
            warnings = " ".join(redis.look({"uri": server.url(0)}, Servers(), Encryption.ADVISE).warnings)
        assert "maxmemory-policy allkeys-lru" in warnings
        assert "without a password" in warnings

    @pytest.mark.parametrize("login", ["", ":wrong@"])
    def test_a_wrong_password(self, login: str) -> None:
        with running(Redis(requirepass=SECRET)) as server:
            answer = redis_refused(server.url(0).replace("//", f"//{login}"))
        assert "refuses the password" in answer.message
        assert answer.remedy == "correct it in uri"

    def test_a_replica_is_refused(self) -> None:
        with running(Redis(replicaof=f"127.0.0.1 {free_port()}")) as server:
            assert "is a replica" in redis_refused(server.url(0)).message

    def test_an_old_one_is_refused(self, redis_server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis, "OLDEST", 99)
        assert "older than 99" in redis_refused(redis_server.url(0)).message

    def test_nobody_there(self) -> None:
        answer = redis_refused(f"redis://127.0.0.1:{free_port()}/0")
        assert "cannot be reached" in answer.message
        assert "firewall" in answer.remedy

    def test_encryption(self, tmp_path) -> None:
        made = certificates.make(tmp_path)
        files = {
            "tls_cert_file": made.certificate,
            "tls_key_file": made.key,
            "tls_ca_cert_file": made.authority,
        }
        port = free_port()
        with running(Redis(tls_port=port, tls_auth_clients="no", **files)) as server:
            url = f"rediss://127.0.0.1:{port}/0"
            trusting = Servers(ca_file=str(made.authority))
            assert redis.look({"uri": url}, trusting, Encryption.REQUIRE).ok
            assert "certificate verify failed" in redis_refused(url).message
            assert "write uri as rediss://" in redis_refused(server.url(0), Encryption.REQUIRE).remedy


@pytest.mark.parametrize("server", ["database", "redis"])
def test_the_command_leaves_its_answer(server: str, db: None, tmp_path) -> None:
    call_command("check_server", server, "--encryption", "advise", "--report", str(tmp_path / "answer"))
    assert json.loads((tmp_path / "answer").read_text())["ok"] is True


def test_an_unfit_server_is_an_answer_and_no_failure(tmp_path) -> None:
    """As the Pod runs it; the password is in no word of it."""
    url = f"redis://:{QUOTED}@127.0.0.1:{free_port()}/0"
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "check_server",
            "redis",
            "--report",
            tmp_path / "answer",
        ],
        cwd=settings.BASE_DIR,
        env={**os.environ, "REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads((tmp_path / "answer").read_text())["ok"] is False
    assert not {SECRET, QUOTED} & set(done.stdout.split('"') + done.stderr.split())
    assert SECRET not in done.stdout + done.stderr


def test_no_password_is_told_and_the_answer_fits() -> None:
    answer = Answer(f"said {SECRET}", remedy=QUOTED, warnings=[f"{SECRET} " + "x" * 900] * 20)
    line = answer.line(f"redis://:{QUOTED}@host/0")
    assert SECRET not in line
    assert QUOTED not in line
    assert len(line) < 4096
    assert json.loads(line)["warnings"]
