"""The port that requests are led to while Resee is closed: a clear 503 to people and programs."""

from __future__ import annotations

import httpx
import pytest

from devcluster.ports import free_port
from tests.nginx.conftest import StartNginx
from tests.nginx.server import NginxServer


@pytest.fixture
def server(start_nginx: StartNginx) -> NginxServer:
    return start_nginx(("127.0.0.1", free_port()))


@pytest.mark.parametrize("path", ["/", "/review", "/admin/", "/index.html", "/static/admin/css/base.css"])
def test_people_get_a_page_that_says_when_to_come_back(server: NginxServer, path: str) -> None:
    answer = httpx.get(f"{server.maintenance_url}{path}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Closed for maintenance" in answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_programs_get_json(server: NginxServer, method: str) -> None:
    answer = httpx.request(method, f"{server.maintenance_url}/api/contents/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.json()["code"] == "maintenance"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_large_request_is_told_the_same(server: NginxServer) -> None:
    answer = httpx.post(f"{server.maintenance_url}/api/contents/", content=b"x" * 21_000_000)
    assert answer.status_code == 503


def test_no_connection_stays_behind_when_it_is_over(server: NginxServer) -> None:
    assert httpx.get(f"{server.maintenance_url}/").headers["Connection"] == "close"


def test_who_asks_for_nginx_itself_learns_that_it_runs(server: NginxServer) -> None:
    assert httpx.get(f"{server.maintenance_url}/nginx-health").status_code == 200
    assert httpx.get(f"{server.maintenance_url}/unavailable.css").status_code == 200


def test_the_page_beside_it_goes_on(server: NginxServer) -> None:
    assert httpx.get(f"{server.url}/").status_code == 200
