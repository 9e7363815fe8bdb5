"""Limits: how often, how much; and each refusal in the API is JSON."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.nginx.backend import StubBackend
from tests.nginx.conftest import StartNginx

MEGABYTE = 1024 * 1024
MANY = 400
"""Requests of which some are over the limit, also where a machine takes seconds for them."""


def statuses(url: str, path: str, count: int) -> list[int]:
    with httpx.Client(base_url=url) as client, ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: client.get(path).status_code, range(count)))


@pytest.mark.parametrize("path", ["/api/x/", "/admin/login/"])
def test_ten_a_second_and_a_burst_of_twenty(start_nginx: StartNginx, backend: StubBackend, path: str) -> None:
    server = start_nginx((backend.host, backend.port))
    begin = time.monotonic()
    found = statuses(server.url, path, MANY)
    # The burst and the one before it pass at once; the rate adds some while the others are sent.
    assert 21 <= found.count(200) <= 21 + 10 * (time.monotonic() - begin + 1)
    assert 429 in found
    assert found.count(429) == MANY - found.count(200)


def test_a_refused_request_says_when_to_come_back(start_nginx: StartNginx, backend: StubBackend) -> None:
    server = start_nginx((backend.host, backend.port), {"API_RATE": "1", "API_BURST": "1"})
    with httpx.Client(base_url=server.url) as client:
        answers = (client.get("/api/x/") for _ in range(MANY))
        answer = next(answer for answer in answers if answer.status_code != httpx.codes.OK)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert answer.json()["code"] == "throttled"
    assert "Content-Security-Policy" in answer.headers


def test_pages_and_probes_are_not_limited(start_nginx: StartNginx, backend: StubBackend) -> None:
    server = start_nginx((backend.host, backend.port), {"API_RATE": "1", "API_BURST": "1"})
    for path in ("/", "/assets/index-a1b2c3d4.js", "/static/admin/css/base.css", "/nginx-health"):
        assert set(statuses(server.url, path, 20)) == {200}, path


def test_addresses_behind_a_proxy_have_a_limit_each(start_nginx: StartNginx, backend: StubBackend) -> None:
    settings = {"API_RATE": "1", "API_BURST": "1", "REAL_IP_FROM": "127.0.0.1/32"}
    server = start_nginx((backend.host, backend.port), settings)
    for number in range(10):
        from_client = {"X-Forwarded-For": f"203.0.113.{number}"}
        assert httpx.get(f"{server.url}/api/x/", headers=from_client).status_code == 200


def test_twenty_megabytes_arrive(client: httpx.Client) -> None:
    assert client.post("/api/contents/", content=b"x" * 20 * MEGABYTE).json()["size"] == 20 * MEGABYTE


def test_more_than_twenty_megabytes_are_refused(client: httpx.Client) -> None:
    answer = client.post("/api/contents/", content=b"x" * (20 * MEGABYTE + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert "20 MB" in answer.json()["detail"]
