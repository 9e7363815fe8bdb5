"""The hook before a Pod ends: a primary hands over, and nothing keeps the Pod from ending."""

from __future__ import annotations

import sys

import pytest

from resee_patroni import __main__ as program
from resee_patroni import switchover
from tests.unit.postgres_ha.member import serving


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONI_RESTAPI_PASSWORD", "rest")
    monkeypatch.setenv("PATRONI_NAME", "demo-postgres-1")


def test_a_primary_asks_to_be_followed() -> None:
    with serving(GET_patroni=(200, {"role": "primary"}), POST_switchover=(200, "done")) as member:
        assert switchover.leave(member.host) == 'switchover: 200 "done"'
    assert member.asked[-1] == ("POST /switchover", {"leader": "demo-postgres-1"})


def test_without_a_candidate_it_ends_all_the_same() -> None:
    with serving(GET_patroni=(200, {"role": "primary"}), POST_switchover=(412, "nobody")) as member:
        assert switchover.leave(member.host) == 'switchover: 412 "nobody"'


def test_a_replica_just_goes() -> None:
    with serving(GET_patroni=(503, {"role": "replica"})) as member:
        assert switchover.leave(member.host) == "not the primary: nothing to hand over"
    assert [line for line, _ in member.asked] == ["GET /patroni"]


def test_a_patroni_that_is_gone_keeps_nobody() -> None:
    assert switchover.leave("127.0.0.1:1").startswith("Patroni does not answer")


@pytest.mark.parametrize("arguments", [[], ["dance"]])
def test_the_program_names_its_commands(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="run, role, switchover"):
        program.main(arguments)


def test_a_replicas_callback_touches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [])
    program.main(["role", "on_start", "replica", "demo-postgres"])
