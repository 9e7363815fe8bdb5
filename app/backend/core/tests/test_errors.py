"""Whatever goes wrong is told as JSON, with the right status and nothing that helps an attacker."""

import pytest
from django.test import Client

CONTENTS = "/api/contents/"


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/nothing", "/api/contents/abc/", "/api/analytics/export/1/"]
)
def test_an_unknown_path(owner, path):
    answer = owner.get(path)

    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_is_not_offered(owner, method):
    answer = getattr(owner.client, method)(CONTENTS)

    assert answer.status_code == 405
    assert answer.json() == {"detail": f'Method "{method.upper()}" not allowed.'}


@pytest.mark.parametrize("body", ["{", "[1, 2", '"\\ud800', "{'title': 1}", "\xff", ""])
def test_a_body_that_is_no_json(owner, body):
    answer = owner.client.post(CONTENTS, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", "[[[]]]"])
def test_json_that_is_no_object(owner, body):
    answer = owner.client.post(CONTENTS, body, content_type="application/json")

    assert answer.status_code == 400


def test_json_nested_too_deep_for_the_parser(owner):
    answer = owner.client.post(CONTENTS, "[" * 100_000, content_type="application/json")

    assert answer.status_code == 400


def test_a_form_is_not_json(owner):
    answer = owner.client.post(CONTENTS, {"title": "x"}, format="multipart")

    assert answer.status_code == 415


def test_a_client_that_takes_no_json(owner):
    assert owner.client.get(CONTENTS, headers={"Accept": "application/xml"}).status_code == 406


def test_a_failure_tells_users_nothing_and_the_log_all(owner, monkeypatch, caplog):
    monkeypatch.setattr("reviews.views.by_category", lambda _: {}["secret-key-name"])
    owner.client.raise_request_exception = False

    answer = owner.get("/api/review/category-stats/")

    assert answer.status_code == 500
    assert answer.json() == {"detail": "The server failed. The failure has been recorded."}
    assert answer["X-Request-ID"]
    assert "secret-key-name" in caplog.text


def test_an_admin_form_without_its_token():
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Bearer \x00", "Basic eDp5", "Bearer " + "a" * 5000]
)
def test_an_odd_authorization_header(client, db, header):
    answer = client.get(CONTENTS, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("header", ["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"])
def test_security_headers_are_set(client, header):
    assert client.get("/api/health/live/")[header]
