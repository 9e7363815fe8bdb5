"""Clients that count: one that writes and keeps every acknowledged id, one that asks at a constant rate.

Nothing is asked twice: an answer of 400 or more, or none, is a failed request. Both use one connection after
another as browsers do, so that a connection that is closed under a request is seen.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

TIMEOUT = 30.0
"""Seconds after which a request counts as failed."""


@dataclass
class Count:
    """What became of the requests of one client."""

    done: int = 0
    failed: list[str] = field(default_factory=list)
    closed: int = 0
    """Of the failed ones, those that were told when to come back: 503 with Retry-After."""
    slowest: float = 0.0

    def __str__(self) -> str:
        failed = f"{len(self.failed)} failed" + (
            f" ({self.closed} told when to come back)" if self.closed else ""
        )
        return f"{self.done} requests, {failed}, slowest {self.slowest * 1000:.0f} ms"


class Client:
    """A signed-in user in a thread of its own, between `start` and `stop`."""

    def __init__(self, url: str, access: str) -> None:
        self.count = Count()
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {access}"}, timeout=TIMEOUT
        )
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__)

    def start(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, and wait for the answers that are still to come."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request, counted; its JSON, None where it failed."""
        start = time.monotonic()
        closed = False
        try:
            answer = self._http.request(method, path, json=body)
            closed = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers
            problem = "" if answer.is_success else f"{answer.status_code} {answer.text[:200]}"
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__} {error}"
        seconds = time.monotonic() - start
        with self._lock:
            self.count.done += 1
            self.count.closed += closed
            self.count.slowest = max(self.count.slowest, seconds)
            if problem:
                at = time.strftime("%H:%M:%S")
                self.count.failed.append(f"{at} {method} {path}: {problem} after {seconds:.2f} s")
        return None if problem else answer.json()

    def _run(self) -> None:
        raise NotImplementedError


class Writer(Client):
    """Writes contents one after another, and now and then asks a worker for an export."""

    def __init__(self, url: str, access: str, *, pause: float = 0.05, export_every: int = 20) -> None:
        super().__init__(url, access)
        self.acknowledged: set[int] = set()
        self.tasks: set[str] = set()
        self._pause = pause
        self._export_every = export_every

    def _run(self) -> None:
        number = 0
        while not self._end.wait(self._pause):
            number += 1
            made = self.ask("POST", "/api/contents/", {"title": f"content {number}", "body": "kept"})
            if made:
                self.acknowledged.add(int(made["id"]))
            if number % self._export_every == 0:
                started = self.ask("POST", "/api/analytics/export/")
                if started:
                    self.tasks.add(str(started["task_id"]))

    def stored(self) -> set[int]:
        """Ids of all the user's contents, as the API tells them."""
        ids: set[int] = set()
        page = 1
        while True:
            found = self.ask("GET", f"/api/contents/?page_size=100&page={page}")
            assert found is not None, self.count.failed[-1]
            ids |= {int(content["id"]) for content in found["results"]}
            if not found["next"]:
                return ids
            page += 1

    def unfinished(self) -> set[str]:
        """Tasks that are not done."""
        states = {task: self.ask("GET", f"/api/analytics/export/{task}/") for task in self.tasks}
        return {task for task, state in states.items() if not state or state["status"] != "done"}


class Reader(Client):
    """Asks for the same list at a constant rate, whether or not the answers before have come.

    Args:
        url: address of the page.
        access: token of the user.
        rate: requests a second.
    """

    def __init__(self, url: str, access: str, *, rate: float = 20.0) -> None:
        super().__init__(url, access)
        self._rate = rate

    def _run(self) -> None:
        start = time.monotonic()
        sent: list[Future[Any]] = []
        with ThreadPoolExecutor(max_workers=32) as pool:
            while not self._end.wait(max(0.0, start + len(sent) / self._rate - time.monotonic())):
                sent.append(pool.submit(self.ask, "GET", "/api/categories/"))
