"""The ConfigMap: what Django needs to know of its surroundings."""

from __future__ import annotations

import pytest

from resee_operator.components import config
from resee_operator.components.base import Reason
from resee_operator.stages import Resolved
from tests.support.deployments import LiveObjects, find, manifests_of, production, resolved_of


def data(resolved: Resolved) -> dict[str, str]:
    found = find(manifests_of(resolved), "ConfigMap", "demo-config")["data"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("resolved", "name"),
    [(resolved_of(), "local"), (resolved_of(stage="Basic"), "basic"), (production(), "production")],
)
def test_the_environments_name(resolved: Resolved, name: str) -> None:
    assert data(resolved)["ENVIRONMENT"] == name


def test_requests_are_let_in_by_every_name_they_come_under() -> None:
    hosts = data(resolved_of(stage="Basic", host="a.example", url="https://b.example:8443"))["ALLOWED_HOSTS"]
    for host in ("a.example", "b.example", "localhost", "demo-nginx", "demo-web.shop.svc"):
        assert host in hosts.split(",")
    assert "*" not in hosts


def test_forms_are_trusted_from_the_address_that_users_type() -> None:
    values = data(resolved_of(stage="Basic", host="a.example", tls={"upstream": True}))
    assert values["CSRF_TRUSTED_ORIGINS"] == values["FRONTEND_URL"] == "https://a.example"


def test_times_are_those_of_the_original() -> None:
    values = data(resolved_of())
    assert (values["TIME_ZONE"], values["CELERY_TIMEZONE"]) == ("Asia/Seoul", "Asia/Seoul")


def test_debugging_is_off_unless_asked_for() -> None:
    assert data(resolved_of())["DEBUG"] == "false"
    assert data(resolved_of(dev={"debug": True}))["DEBUG"] == "true"


def test_the_log_level() -> None:
    assert data(resolved_of(logLevel="WARNING"))["LOG_LEVEL"] == "WARNING"


def test_every_value_is_text() -> None:
    assert all(isinstance(value, str) for value in data(resolved_of()).values())


def test_health() -> None:
    resolved = resolved_of()
    assert config.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert config.health(resolved, LiveObjects(manifests_of(resolved))).healthy
