"""Three Redis and three Sentinels: who is the master, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.integration.redis_servers import SERVERS, Cluster, Server, started
from tests.support.wait import Budget, until


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A first start on empty volumes."""
    with started() as made:
        yield made


def test_on_empty_volumes_the_first_is_the_master(cluster: Cluster) -> None:
    assert cluster.whole().host == SERVERS[0]


def test_a_master_that_is_gone_is_replaced_and_follows_when_it_is_back(cluster: Cluster) -> None:
    old = cluster.master()
    with old.client() as client:
        client.rpush("tasks", *range(100))
        until(lambda: _is(client.wait(2, 1000), 2), Budget.PROCESS)
    old.kill()
    new = until(cluster.master, Budget.FAILOVER)
    assert new is not old
    assert new.client().llen("tasks") == 100
    old.start()
    assert until(cluster.whole, Budget.FAILOVER) is new
    assert old.client().info("replication")["role"] == "slave"


def test_a_master_that_leaves_loses_nothing_and_its_clients_ask_anew(cluster: Cluster) -> None:
    old = cluster.master()
    old.client().rpush("tasks", *range(100))
    old.leave()
    assert old.client().info("replication")["role"] == "slave"
    new = until(cluster.master, Budget.FAILOVER)
    assert new is not old
    assert new.client().llen("tasks") == 100


def test_all_of_them_start_again_where_they_were(cluster: Cluster) -> None:
    cluster.master().kill()
    new = until(cluster.master, Budget.FAILOVER)
    new.client().rpush("tasks", *range(10))
    for server in (*cluster.servers, *cluster.watchers):
        server.kill()
    for server in (*cluster.servers, *cluster.watchers):
        server.start()

    def whole() -> Server:
        """As the kubelet does, so that the first master, which has not heard of the second, asks again."""
        for server in cluster.servers:
            if not server.lives():
                server.restart()
        return cluster.whole()

    assert until(whole, Budget.POD) is new
    assert new.client().llen("tasks") == 10


def test_a_master_without_replicas_takes_no_task(cluster: Cluster) -> None:
    master = cluster.master()
    for server in cluster.servers:
        if server is not master:
            server.kill()

    def refused() -> None:
        with pytest.raises(redis.ResponseError, match="NOREPLICAS"):
            master.client().rpush("tasks", 1)

    def check() -> None:
        try:
            refused()
        except pytest.fail.Exception as error:
            raise AssertionError(str(error)) from error

    until(check, Budget.FAILOVER)


def _is(found: object, wanted: object) -> None:
    assert found == wanted
