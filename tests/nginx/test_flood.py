"""10,000 requests from one address, through nginx to the real backend: limited, nothing lost or leaked.

Each gets an answer and leaves a line; what was taken is there, what was refused is not; others are served.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.nginx.application import PROCESSES, THREADS, Application, application
from tests.nginx.conftest import StartNginx
from tests.nginx.server import NginxServer
from tests.support.wait import Budget, until

REQUESTS, CONNECTIONS = 10_000, 8
RATE, BURST = 10, 20  # of each address, as in production
USER_LIMIT = 30  # an hour: what nginx lets pass within a second, so that the backend refuses as well
PASSWORD = "correct-horse-7"


class Visitor:
    """A user with an address of the loopback of their own."""

    def __init__(self, url: str, address: str, name: str) -> None:
        self.address = address
        transport = httpx.HTTPTransport(local_address=address)
        self.client = httpx.Client(base_url=url, transport=transport, timeout=Budget.PROCESS.seconds)
        login = {"email": f"{name}@example.com", "password": PASSWORD}
        made = self.client.post("/api/accounts/users/register/", json={**login, "password_confirm": PASSWORD})
        assert made.status_code == 201, made.text
        tokens = self.client.post("/api/auth/token/", json=login).json()
        self.headers = {"Authorization": f"Bearer {tokens['access']}"}
        self.client.headers.update(self.headers)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def titles(self, application: Application) -> set[str]:
        """Titles of the contents that this user has, past nginx and its limit."""
        url: str | None = f"http://127.0.0.1:{application.port}/api/contents/?page_size=100"
        found: set[str] = set()
        while url:
            page = httpx.get(url, headers=self.headers).json()
            found |= {row["title"] for row in page["results"]}
            url = page["next"]
        return found


class Flood:
    """What the flood saw: statuses, the titles that were taken, and what refusals say."""

    def __init__(self, server: NginxServer, visitor: Visitor) -> None:
        self.server, self.visitor = server, visitor
        self.statuses: Counter[int] = Counter()
        self.taken: set[str] = set()
        self.refusals: set[str] = set()
        begin = time.monotonic()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self._connection, range(CONNECTIONS)))
        self.seconds = time.monotonic() - begin

    def _connection(self, number: int) -> None:
        """A share of the requests over one kept connection, the client's address made up by nobody."""
        source = (self.visitor.address, 0)
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.port, timeout=Budget.PROCESS.seconds, source_address=source
        )
        headers = {
            **self.visitor.headers,
            "Content-Type": "application/json",
            "X-Request-ID": f"flood-{number:08}",
            "X-Forwarded-For": f"203.0.113.{number}",
        }
        for count in range(REQUESTS // CONNECTIONS):
            title = f"{number}-{count}"
            body = json.dumps({"title": title, "body": "x"})
            connection.request("POST", "/api/contents/", body=body, headers=headers)
            self._note(title, connection.getresponse())
        connection.close()

    def _note(self, title: str, answer: http.client.HTTPResponse) -> None:
        said = answer.read()
        self.statuses[answer.status] += 1
        if answer.status == httpx.codes.CREATED:
            self.taken.add(title)
        else:
            assert int(answer.headers["Retry-After"]) > 0
            self.refusals.add(_without_numbers(json.loads(said)))


def _without_numbers(said: dict[str, Any]) -> str:
    return "".join(letter for letter in json.dumps(said, sort_keys=True) if not letter.isdigit())


@contextmanager
def _others_served(visitor: Visitor) -> Iterator[list[int]]:
    """Somebody at another address asks meanwhile, below a user's limit; yields the answers' statuses."""
    ended, seen = threading.Event(), list[int]()

    def ask() -> None:
        while len(seen) < USER_LIMIT // 2 and not ended.wait(0.25):
            seen.append(visitor.client.get("/api/categories/").status_code)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            yield seen
        finally:
            ended.set()
            asking.result()


@pytest.fixture(scope="module")
def web(folder: Path) -> Iterator[Application]:
    with application(folder / "application", THROTTLE_USER=f"{USER_LIMIT}/hour") as made:
        yield made


@pytest.fixture
def people() -> Iterator[ExitStack]:
    """Closes the visitors' connections."""
    with ExitStack() as stack:
        yield stack


def test_a_flood_is_limited_and_nothing_is_lost(
    start_nginx: StartNginx, web: Application, people: ExitStack
) -> None:
    server = start_nginx(("127.0.0.1", web.port), {"REAL_IP_FROM": "198.51.100.0/24"})
    flooder, other = (
        people.enter_context(Visitor(server.url, f"127.0.0.{n}", f"visitor{n}")) for n in (2, 3)
    )

    with _others_served(other) as others:
        flood = Flood(server, flooder)

    # Nothing else than taken or refused; none without an answer.
    assert set(flood.statuses) == {201, 429}
    assert flood.statuses.total() == REQUESTS
    # One more where the hour changes in between: the throttle weighs the hour before.
    assert BURST < len(flood.taken) <= USER_LIMIT + 1
    # nginx refused, and so did the backend; both say no more than when to come back.
    assert len(flood.refusals) == 2, flood.refusals
    # Every write that was acknowledged is there, and nothing that was refused.
    assert other.titles(web) == set()
    assert set(others) == {200}
    assert len(others) > 1
    assert written(web) == flood.taken
    assert sessions(web) <= PROCESSES * THREADS

    until(lambda: assert_logged(server, flood), Budget.EVENT)
    until(lambda: assert_served(flooder), Budget.EVENT)


def written(web: Application) -> set[str]:
    rows = web.database.execute("SELECT title FROM contents_content", database="resee")
    assert len(rows) == len(set(rows)), "written twice"
    return {title for (title,) in rows}


def sessions(web: Application) -> int:
    """Connections to the database that the backend holds: none is left behind by refused requests."""
    [(count,)] = web.database.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'resee'")
    return int(count)


def assert_logged(server: NginxServer, flood: Flood) -> None:
    lines = [line for line in server.access_log() if line["request_id"].startswith("flood-")]
    assert Counter(line["status"] for line in lines) == flood.statuses
    assert {line["client"] for line in lines} == {flood.visitor.address}


def assert_served(visitor: Visitor) -> None:
    """The address is let in again, to the backend's own answer to a user over the limit, and to pages."""
    answer = visitor.client.get("/api/categories/")
    assert (answer.status_code, "code" in answer.json()) == (429, False)
    assert visitor.client.get("/").status_code == 200
