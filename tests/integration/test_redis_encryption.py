"""Redis and its Sentinels over TLS: the programs of their Pods, with a certificate of the operator's."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from resee_operator.components.encryption import parts
from resee_operator.engine import certificates
from tests.integration import redis_servers as plain
from tests.support.deployments import production
from tests.support.process import require_program, service_folder
from tests.support.wait import Budget, until

RESOLVED = production(redis={"provider": "Sentinel"})


class Server(plain.Server):
    """One container of the encrypted deployment, its certificate where the Secret would be mounted."""

    @property
    def authority(self) -> Path:
        return self.directory.parent / "tls" / "ca.crt"

    def here(self, text: str) -> str:
        return re.sub("/etc/resee/redis-tls", str(self.authority.parent), super().here(text))

    def client(self, secret: Mapping[str, str] | None = None) -> redis.Redis:
        password = (secret or self.secret)["password" if self.name == "redis" else "sentinel-password"]
        return redis.Redis(
            self.host,
            self.port,
            password=password,
            socket_timeout=3,
            decode_responses=True,
            ssl=True,
            ssl_ca_certs=str(self.authority),
            # The Pods' names; here are addresses.
            ssl_check_hostname=False,
        )


class Cluster(plain.Cluster):
    """All six."""

    def __init__(self, folder: Path) -> None:
        self.servers = [Server(folder, "redis", host, RESOLVED) for host in plain.SERVERS]
        self.watchers = [Server(folder, "sentinel", host, RESOLVED) for host in plain.SENTINELS]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A first start on empty volumes."""
    require_program("redis-server", "redis-server")
    with service_folder() as folder, ExitStack() as running:
        (folder / "tls").mkdir(mode=0o755)
        for name, text in parts(certificates.issue(["demo-redis"], datetime.now(UTC))).items():
            (folder / "tls" / name).write_text(text)
        made = Cluster(folder)
        for server in (*made.servers, *made.watchers):
            running.enter_context(server)
        until(made.whole, Budget.FAILOVER)
        yield made


def test_another_master_is_found_over_encrypted_connections_alone(cluster: Cluster) -> None:
    old = cluster.whole()
    for server in (*cluster.servers, *cluster.watchers):
        with pytest.raises(redis.ConnectionError), socket_of(server) as stranger:
            stranger.ping()
        assert server.follow() == 0
        assert server.lives() or server.name == "sentinel"
    old.client().rpush("tasks", *range(100))
    old.leave()
    new = until(cluster.master, Budget.FAILOVER)
    assert new is not old
    assert new.client().llen("tasks") == 100


def socket_of(server: plain.Server) -> redis.Redis:
    """A client that does not encrypt."""
    socket.create_connection((server.host, server.port), 3).close()
    return redis.Redis(server.host, server.port, socket_timeout=3)
