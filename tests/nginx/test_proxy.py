"""The way to the backend: what it is told, and what cannot be made up by a client."""

from __future__ import annotations

import re

import httpx
import pytest
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER

from resee_operator.components.web import DRAIN
from tests.nginx.backend import StubBackend
from tests.nginx.conftest import StartNginx
from tests.nginx.server import ENTRYPOINT, NginxServer
from tests.support.wait import Budget, until

UPSTREAM = re.compile(r"upstream backend \{.*keepalive_time (\d+)s;.*keepalive_timeout (\d+)s;", re.DOTALL)
ENDPOINTS = 3
"""Seconds until the last proxy of a busy node knows that a Pod is about to end."""


@pytest.mark.parametrize("path", ["/api/contents/?search=a%20b", "/admin/login/"])
def test_a_request_arrives_unchanged(client: httpx.Client, path: str) -> None:
    assert client.get(path).json()["path"] == path


@pytest.mark.parametrize("path", ["/api", "/admin"])
def test_a_missing_slash_is_added_and_the_method_kept(client: httpx.Client, path: str) -> None:
    answer = client.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{path}/")


def test_metrics_of_the_backend_are_not_public(client: httpx.Client) -> None:
    assert "backend" not in client.get("/metrics").text


def test_the_host_keeps_its_port(client: httpx.Client, nginx: NginxServer) -> None:
    assert client.get("/api/x/").json()["headers"]["host"] == f"127.0.0.1:{nginx.port}"


def test_a_client_cannot_make_up_its_address_or_scheme(client: httpx.Client) -> None:
    made_up = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    headers = client.get("/api/x/", headers=made_up).json()["headers"]
    assert headers["x-forwarded-for"] == headers["x-real-ip"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert "x-forwarded-host" not in headers


def test_a_configured_proxy_is_believed(start_nginx: StartNginx, backend: StubBackend) -> None:
    settings = {"REAL_IP_FROM": "127.0.0.0/8, 198.51.100.0/24, 2001:db8::/32"}
    server = start_nginx((backend.host, backend.port), settings)
    chain = {"X-Forwarded-For": "192.0.2.66, 203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"}
    answer = httpx.get(f"{server.url}/api/x/", headers=chain)
    told = answer.json()["headers"]
    # 192.0.2.66 is what the client itself claimed before the first proxy of ours.
    assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("203.0.113.9", "https")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert httpx.get(f"{server.url}/nginx-health").headers.get("Strict-Transport-Security") is None


def test_a_request_id_is_drawn(client: httpx.Client) -> None:
    answer = client.get("/api/x/")
    [request_id] = answer.headers.get_list("X-Request-ID")
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    assert answer.json()["headers"]["x-request-id"] == request_id


def test_a_request_id_is_passed_on(client: httpx.Client) -> None:
    answer = client.get("/api/x/", headers={"X-Request-ID": "trace-0001.a"})
    assert answer.headers.get_list("X-Request-ID") == ["trace-0001.a"]
    assert answer.json()["headers"]["x-request-id"] == "trace-0001.a"


@pytest.mark.parametrize("harmful", ["short", "a" * 129, 'id" injected="1', "line%0abreak"])
def test_a_harmful_request_id_is_replaced(client: httpx.Client, harmful: str) -> None:
    assert client.get("/api/x/", headers={"X-Request-ID": harmful}).headers["X-Request-ID"] != harmful


def test_the_access_log_is_json_with_the_request_id(client: httpx.Client, nginx: NginxServer) -> None:
    client.get("/api/logged/?token=secret", headers={"X-Request-ID": "in-the-log-1", "User-Agent": 'a"b\\c'})

    def logged() -> None:
        [line] = [line for line in nginx.access_log() if line["request_id"] == "in-the-log-1"]
        assert (line["method"], line["path"], line["status"]) == ("GET", "/api/logged/", 200)
        assert line["user_agent"] == 'a"b\\c'
        assert "secret" not in str(line)

    until(logged, Budget.EVENT, every=0.02)


def test_probes_are_not_logged(client: httpx.Client, nginx: NginxServer) -> None:
    client.get("/nginx-health", headers={"X-Request-ID": "a-probe-0001"})
    client.get("/api/x/", headers={"X-Request-ID": "after-the-probe"})

    def logged() -> set[str]:
        ids = {line["request_id"] for line in nginx.access_log()}
        assert "after-the-probe" in ids
        return ids

    assert "a-probe-0001" not in until(logged, Budget.EVENT, every=0.02)


def test_connections_to_the_backend_are_kept(start_nginx: StartNginx) -> None:
    with StubBackend() as stub:
        server = start_nginx((stub.host, stub.port), {"API_BURST": "100"})
        for _ in range(30):
            # A client connection each: what is kept is the backend's.
            assert httpx.get(f"{server.url}/api/x/").status_code == 200
        assert stub.connections == 1


def test_nginx_leaves_a_connection_before_the_other_side_does() -> None:
    found = UPSTREAM.search((ENTRYPOINT.parent / "templates/nginx.conf").read_text())
    assert found is not None
    oldest, unused = (int(seconds) for seconds in found.groups())
    assert unused < STOP_KEEPALIVE_LINGER, "a process that has served its requests closes it first"
    assert oldest + unused + ENDPOINTS < DRAIN, "a Pod that ends closes it first"
