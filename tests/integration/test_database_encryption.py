"""A real PostgreSQL with the certificate that the operator makes: libpq insists on it, over a renewal too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from resee_operator.components.encryption import parts, server_names
from resee_operator.engine.certificates import LIFE, RENEWED_BEFORE, issue
from tests.support.deployments import production
from tests.support.postgres import PostgresServer
from tests.support.process import service_folder

NAMES = server_names(production(database={"provider": "StatefulSet"}))
OLD = issue(NAMES, datetime.now(UTC) - LIFE + RENEWED_BEFORE)


def put(bundle: str, server: PostgresServer, folder: Path) -> None:
    """Write the files as a Pod mounts them: the key is for the server alone."""
    for name, text in parts(bundle).items():
        file = folder / name
        file.write_text(text)
        file.chmod(0o600 if name == "tls.key" else 0o644)
        os.chown(file, server.uid, server.gid)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with service_folder() as folder:
        files = folder / "tls"
        files.mkdir()
        settings = {"ssl": "on", "ssl_cert_file": f"{files}/tls.crt", "ssl_key_file": f"{files}/tls.key"}
        made = PostgresServer(folder / "postgres", settings=settings)
        put(OLD, made, files)
        with made:
            yield made


def connect(server: PostgresServer, host: str, authority: Path) -> str:
    """The version of TLS of a connection that libpq makes as our clients do."""
    with closing(
        psycopg2.connect(
            server.url(), host=host, hostaddr="127.0.0.1", sslmode="verify-full", sslrootcert=str(authority)
        )
    ) as opened:
        with opened.cursor() as cursor:
            cursor.execute("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            ((version,),) = cursor.fetchall()
        return str(version)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    file = tmp_path / "ca.crt"
    file.write_text(parts(OLD)["ca.crt"])
    return file


@pytest.mark.parametrize("host", ["demo-postgres", "demo-postgres-replicas.shop.svc.cluster.local"])
def test_clients_trust_the_server_under_its_names(server: PostgresServer, host: str, authority: Path) -> None:
    assert connect(server, host, authority) == "TLSv1.3"


def test_clients_turn_away_from_another_name(server: PostgresServer, authority: Path) -> None:
    with pytest.raises(psycopg2.OperationalError, match="does not match host name"):
        connect(server, "another-postgres", authority)


def test_clients_turn_away_from_another_authority(server: PostgresServer, tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_text(parts(issue(NAMES, datetime.now(UTC)))["ca.crt"])
    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        connect(server, "demo-postgres", file)


def test_clients_with_the_old_files_trust_the_renewed_certificate(
    server: PostgresServer, authority: Path
) -> None:
    renewed = issue(NAMES, datetime.now(UTC), OLD)
    assert renewed != OLD
    put(renewed, server, Path(server.settings["ssl_cert_file"]).parent)
    server.execute("SELECT pg_reload_conf()")
    assert connect(server, "demo-postgres", authority) == "TLSv1.3"
