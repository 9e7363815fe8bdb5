"""Resee as its users meet it: the HTTP calls of the application's contract, through nginx."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.wait import Budget

Json = dict[str, Any]


@dataclass
class Resee:
    """One user of one deployment. Every call raises `httpx.HTTPStatusError` on an answer of 400 or more."""

    url: str
    email: str = field(default_factory=lambda: f"e2e-{secrets.token_hex(6)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    timeout: float = field(default_factory=lambda: Budget.PROCESS.seconds)
    http: Any = httpx
    """What makes the calls: a client where there are many, since each call makes one else."""
    _access: str = ""

    def _call(self, method: str, path: str, body: Json | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._access}"} if self._access else {}
        answer = self.http.request(method, self.url + path, json=body, headers=headers, timeout=self.timeout)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def sign_up(self) -> Resee:
        """Register and log in."""
        self._call(
            "POST",
            "/api/accounts/users/register/",
            {"email": self.email, "password": self.password, "password_confirm": self.password},
        )
        return self.log_in()

    def log_in(self) -> Resee:
        """Get a fresh access token."""
        self._access = ""
        tokens = self._call("POST", "/api/auth/token/", {"email": self.email, "password": self.password})
        self._access = tokens["access"]
        return self

    @property
    def token(self) -> str:
        """The access token."""
        return self._access

    def create_content(self, title: str, body: str = "## Remember this") -> int:
        """Create a content and return its id."""
        created = self._call("POST", "/api/contents/", {"title": title, "body": body})
        return int(created["id"])

    def contents(self) -> list[Json]:
        """The first page of the user's contents."""
        page: Json = self._call("GET", "/api/contents/")
        found: list[Json] = page["results"]
        return found

    def all_contents(self) -> set[int]:
        """Ids of all the user's contents."""
        found: set[int] = set()
        page: Json = {"next": True}
        number = 0
        while page["next"]:
            number += 1
            page = self._call("GET", f"/api/contents/?page_size=100&page={number}")
            found |= {int(content["id"]) for content in page["results"]}
        return found

    def today(self) -> list[Json]:
        """The schedules that are due, oldest first."""
        page = self._call("GET", "/api/review/today/")
        found: list[Json] = page["results"]
        return found

    def complete(self, content_id: int, result: str = "remembered") -> Json:
        """Answer one review."""
        answer: Json = self._call(
            "POST", "/api/review/complete/", {"content_id": content_id, "result": result}
        )
        return answer

    def start_export(self) -> str:
        """Start the export task and return its id."""
        started: Json = self._call("POST", "/api/analytics/export/")
        return str(started["task_id"])

    def export(self, task: str) -> Json:
        """The state of an export, with its document once it is done."""
        state: Json = self._call("GET", f"/api/analytics/export/{task}/")
        return state

    def health(self, kind: str) -> httpx.Response:
        """`live`, `ready` or `detailed`, whatever the status code is."""
        return httpx.get(f"{self.url}/api/health/{kind}/", timeout=Budget.PROCESS.seconds)
