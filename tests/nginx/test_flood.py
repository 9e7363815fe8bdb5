"""10,000 requests from one address: each gets the right answer and leaves a line; then all is as before."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.nginx.backend import StubBackend
from tests.nginx.conftest import StartNginx
from tests.nginx.server import NginxServer
from tests.support.wait import Budget, until

REQUESTS, CONNECTIONS = 10_000, 8
RATE, BURST = 10, 20  # of each address, as in production


class Flood:
    """What the flood saw: statuses, and the headers and body of one refusal."""

    def __init__(self, server: NginxServer) -> None:
        self.server = server
        begin = time.monotonic()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            seen = pool.map(self._connection, range(CONNECTIONS))
            self.statuses = sum(seen, Counter[int]())
        self.seconds = time.monotonic() - begin

    def _connection(self, number: int) -> Counter[int]:
        """A share of the requests over one kept connection, the client's address made up by nobody."""
        statuses: Counter[int] = Counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        headers = {"X-Request-ID": f"flood-{number:08}", "X-Forwarded-For": f"203.0.113.{number}"}
        for _ in range(REQUESTS // CONNECTIONS):
            connection.request("POST", "/api/contents/", body=b'{"title": "x"}', headers=headers)
            answer = connection.getresponse()
            answer.read()
            statuses[answer.status] += 1
        connection.close()
        return statuses


@pytest.fixture(scope="module")
def stub() -> Iterator[StubBackend]:
    with StubBackend() as made:
        yield made


@pytest.mark.timeout(120)
def test_a_flood_is_answered_limited_and_written_down(start_nginx: StartNginx, stub: StubBackend) -> None:
    server = start_nginx((stub.host, stub.port), {"REAL_IP_FROM": "198.51.100.0/24"})

    flood = Flood(server)

    # Nothing else than an answer of the backend or a refusal; none without an answer.
    assert set(flood.statuses) == {200, 429}
    assert flood.statuses.total() == REQUESTS
    # The limit held, for the address that nginx saw and not for those made up.
    assert BURST < flood.statuses[200] <= 1 + BURST + RATE * (flood.seconds + 1)
    # What was answered with 200 arrived, and nothing that was refused did.
    assert stub.requests == flood.statuses[200]

    def written() -> None:
        lines = [line for line in server.access_log() if line["request_id"].startswith("flood-")]
        assert Counter(line["status"] for line in lines) == flood.statuses
        assert {line["client"] for line in lines} == {"127.0.0.1"}

    until(written, Budget.EVENT)

    def calm() -> None:
        assert httpx.get(f"{server.url}/api/x/").status_code == 200

    until(calm, Budget.EVENT)
    assert httpx.get(f"{server.url}/").status_code == 200
