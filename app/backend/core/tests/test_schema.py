"""GET /api/schema/: OpenAPI 3 that tells the truth, checked by calls made up from it."""

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi import checks

from config.wsgi import application
from testing.people import person

CONTRACT = {
    "/api/accounts/users/register/": {"post"},
    "/api/auth/token/": {"post"},
    "/api/auth/token/refresh/": {"post"},
    "/api/accounts/profile/": {"get", "patch"},
    "/api/categories/": {"get", "post"},
    "/api/categories/{id}/": {"get", "put", "patch", "delete"},
    "/api/contents/": {"get", "post"},
    "/api/contents/{id}/": {"get", "put", "patch", "delete"},
    "/api/review/today/": {"get"},
    "/api/review/complete/": {"post"},
    "/api/review/category-stats/": {"get"},
    "/api/analytics/dashboard/": {"get"},
    "/api/analytics/export/": {"post"},
    "/api/analytics/export/{id}/": {"get"},
}


def test_the_schema_names_every_path_of_the_contract(client):
    document = client.get("/api/schema/", {"format": "json"}).json()

    assert document["openapi"].startswith("3.")
    for path, methods in CONTRACT.items():
        assert methods <= set(document["paths"][path]), path


def test_the_schema_is_valid_and_nothing_in_it_is_guessed(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.timeout(120)
def test_calls_made_up_from_the_schema_are_answered_as_it_says(case, caller):
    """No 5xx, no status, type or body that the schema does not name, no way round the token.

    Left out: a schema cannot say that a time zone must exist or that an address is taken, and Django's
    fields take the number 0 for the text "0".
    """
    left_out = [checks.positive_data_acceptance, checks.negative_data_rejection]
    case.call_and_validate(headers=caller, excluded_checks=left_out)


@pytest.fixture
def caller(transactional_db):
    """A token for calls that need one."""
    return {"Authorization": person("caller@example.com").client._credentials["HTTP_AUTHORIZATION"]}
