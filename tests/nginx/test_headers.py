"""Security headers on every kind of answer, each exactly once."""

from __future__ import annotations

import httpx
import pytest

EVERY_KIND = [
    "/",
    "/contents/17",
    "/assets/index-a1b2c3d4.js",
    "/assets/missing.js",
    "/static/admin/css/base.css",
    "/static/missing.css",
    "/icon.svg",
    "/api/contents/",
    "/api/health/ready/",
    "/admin/",
    "/nginx-health",
]
ONCE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", EVERY_KIND)
def test_each_answer_has_each_header_once(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    for name, value in ONCE.items():
        assert headers.get_list(name) == [value], name


@pytest.mark.parametrize("path", EVERY_KIND)
def test_the_content_security_policy_is_strict(client: httpx.Client, path: str) -> None:
    [policy] = client.get(path).headers.get_list("Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in policy


def test_plain_http_promises_no_https(client: httpx.Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_the_version_of_nginx_is_not_told(client: httpx.Client) -> None:
    assert client.get("/").headers["Server"] == "nginx"
