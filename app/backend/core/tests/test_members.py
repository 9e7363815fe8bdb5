"""The server that takes writes is found among those that are known, wherever the usual name leads."""

import socket
import time

import psycopg2
import pytest
from django.db import connection

from core import silence
from core.members import Members
from testing.budgets import SERVICE_STARTS, wait_until
from testing.services import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def params(db):
    """Of the tests' database, by a name that leads nowhere."""
    return {**connection.get_connection_params(), "host": "127.0.0.1", "port": str(free_port())}


def port_of(made):
    port = made.info.port
    made.close()
    return port


def opened(members, params):
    return port_of(members.connect(lambda given: psycopg2.connect(**given), params))


def test_the_usual_name_counts_while_it_leads_to_the_primary(params, postgres_server):
    members = Members([("127.0.0.1", str(free_port()))])

    assert opened(members, {**params, "port": postgres_server.port}) == postgres_server.port


def test_a_server_is_found_by_any_address_of_its_name(params, postgres_server):
    members = Members([("localhost", str(postgres_server.port))])

    assert [opened(members, params) for _ in range(2)] == [postgres_server.port] * 2


def test_addresses_are_remembered_when_no_name_server_answers(params, postgres_server, monkeypatch):
    members = Members([("localhost", str(postgres_server.port))])
    opened(members, {**params, "port": postgres_server.port})
    wait_until("the addresses are known", lambda: members._addresses, SERVICE_STARTS)

    def silent(*_, **__):
        raise socket.gaierror("no name server answers")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    assert opened(members, params) == postgres_server.port


def test_where_none_takes_writes_the_first_error_is_told_at_once(params):
    members = Members([("127.0.0.1", str(free_port()))])
    start = time.monotonic()

    for said in (f"port {params['port']} failed", "no server of the database takes writes"):
        with pytest.raises(psycopg2.OperationalError, match=said):
            opened(members, params)
    assert time.monotonic() - start < silence.CONNECTING


def test_a_standby_is_no_place_for_writes(params, postgres_server):
    standby = postgres_server.standby()
    try:
        members = Members([("127.0.0.1", str(standby.port)), ("127.0.0.1", str(postgres_server.port))])
        assert opened(members, {**params, "port": standby.port}) == postgres_server.port
    finally:
        standby.remove()
