"""The Jobs that look at servers of somebody else."""

from __future__ import annotations

import pytest

from resee_operator.components import server_checks
from tests.support.deployments import EXTERNAL, container_of, env_of, production, resolved_of

SECRET = {"uri": "postgresql://u:secret@h/d", "cache-uri": "redis://h/1", "port": "5432"}


def test_only_what_is_not_ours_is_looked_at() -> None:
    assert server_checks.wanted(resolved_of()) == ()
    names = [check.name for check in server_checks.wanted(resolved_of(database=EXTERNAL["database"]))]
    assert names == ["database"]
    assert [check.component for check in server_checks.wanted(production())] == ["postgres", "redis"]


@pytest.mark.parametrize(("tls", "asked"), [(None, "advise"), (False, "advise"), (True, "require")])
def test_encryption_is_demanded_where_the_spec_says_so(tls: bool | None, asked: str) -> None:
    resolved = production(**{section: {**EXTERNAL[section], "tls": tls} for section in EXTERNAL})
    for check in server_checks.wanted(resolved):
        command = container_of(server_checks.job(resolved, check, "1"))["command"]
        assert command == [
            *("python3", "manage.py", "check_server", check.name, "--encryption", asked),
            *("--report", "/dev/termination-log"),
        ]


def test_secrets_are_named_and_not_told() -> None:
    resolved = production()
    for check in server_checks.wanted(resolved):
        job = server_checks.job(resolved, check, "1")
        assert env_of(job)["DATABASE_URL"] == {"secretKeyRef": {"name": "rds", "key": "uri"}}
        assert job["spec"]["backoffLimit"] == 0
        assert "secret@" not in str(job) + server_checks.identity(resolved, check, SECRET)


def test_each_look_has_a_name_that_fits() -> None:
    resolved = production(name="n" * 35)
    names = {
        server_checks.job(resolved, check, look)["metadata"]["name"]
        for check in server_checks.wanted(resolved)
        for look in ("1", "2")
    }
    assert len(names) == 4
    assert max(map(len, names)) <= 63


def test_what_the_answer_depends_on() -> None:
    resolved = production()
    (check, _) = server_checks.wanted(resolved)
    same = server_checks.identity(resolved, check, SECRET)
    assert server_checks.identity(resolved, check, {**SECRET, "comment": "new"}) == same
    assert server_checks.identity(resolved, check, {**SECRET, "uri": "new"}) != same
    strict = production(database={**EXTERNAL["database"], "tls": True})
    assert server_checks.identity(strict, server_checks.wanted(strict)[0], SECRET) != same
