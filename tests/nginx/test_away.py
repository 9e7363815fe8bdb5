"""The backend away, elsewhere, or slow: a clean answer, no restart needed, nothing cut off."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from devcluster.ports import free_port
from tests.nginx.backend import StubBackend
from tests.nginx.conftest import StartNginx
from tests.support.wait import Budget, until

QUICK = {"RESOLVE_SECONDS": "1"}


def test_the_api_says_in_json_that_it_is_away(start_nginx: StartNginx) -> None:
    server = start_nginx(("127.0.0.1", free_port()))
    answer = httpx.get(f"{server.url}/api/contents/")
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("5", "no-store")


def test_the_admin_says_in_a_page_that_it_is_away(start_nginx: StartNginx) -> None:
    server = start_nginx(("127.0.0.1", free_port()))
    answer = httpx.get(f"{server.url}/admin/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Back in a moment" in answer.text
    assert httpx.get(f"{server.url}/unavailable.css").headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("path", ["/", "/review", "/assets/index-a1b2c3d4.js", "/nginx-health"])
def test_the_page_is_there_without_the_backend(start_nginx: StartNginx, path: str) -> None:
    server = start_nginx(("127.0.0.1", free_port()))
    assert httpx.get(f"{server.url}{path}").status_code == 200


def test_an_unknown_backend_does_not_stop_the_start(start_nginx: StartNginx) -> None:
    server = start_nginx(("nobody.invalid", 8000))
    assert httpx.get(f"{server.url}/api/x/").status_code == 503


def test_the_backend_is_found_when_it_comes(start_nginx: StartNginx) -> None:
    port = free_port()
    server = start_nginx(("127.0.0.1", port))
    assert httpx.get(f"{server.url}/api/x/").status_code == 503
    with StubBackend(port=port):
        assert httpx.get(f"{server.url}/api/x/").status_code == 200
    assert httpx.get(f"{server.url}/api/x/").status_code == 503


def test_the_backends_own_503_passes(client: httpx.Client) -> None:
    answer = client.get("/api/health/ready/")
    assert (answer.status_code, answer.json()["backend"]) == (503, "stub")


def name_service(folder: Path, addresses: Path) -> Path:
    """A stand-in for getent: the backend's addresses are the lines of a file."""
    program = folder / "bin" / "getent"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nwhile read -r line; do echo "$line STREAM $2"; done <{addresses}\n')
    program.chmod(0o755)
    return program.parent


def test_a_service_made_again_is_found_at_its_new_address(start_nginx: StartNginx, folder: Path) -> None:
    addresses = folder / "addresses"
    addresses.write_text("127.0.0.1\n")
    path = name_service(folder, addresses)
    with StubBackend("127.0.0.1", name="old") as old, StubBackend("127.0.0.2", old.port, "new"):
        server = start_nginx(("demo-web", old.port), QUICK, path=path)
        master = server.pid
        assert httpx.get(f"{server.url}/api/x/").json()["backend"] == "old"
        addresses.write_text("127.0.0.2\n")

        def moved() -> None:
            assert httpx.get(f"{server.url}/api/x/").json()["backend"] == "new"

        until(moved, Budget.EVENT)
        # A moment without an answer from DNS must not take the backend away.
        addresses.write_text("")
        until(lambda: _asked_again(addresses), Budget.EVENT)
        moved()
        assert server.pid == master


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_backend_that_is_gone_is_left_for_another(
    start_nginx: StartNginx, folder: Path, method: str
) -> None:
    """What could not be sent is sent to the next, whatever it is."""
    addresses = folder / "two"
    addresses.write_text("127.0.0.1\n127.0.0.2\n")
    path = name_service(folder / method, addresses)
    with StubBackend("127.0.0.2", name="lives") as lives:
        server = start_nginx(("demo-web-members", lives.port), QUICK, path=path)
        answers = [httpx.request(method, f"{server.url}/api/x/") for _ in range(6)]
    assert [answer.json()["backend"] for answer in answers] == ["lives"] * 6


def _asked_again(addresses: Path) -> None:
    status = addresses.stat()
    assert status.st_atime_ns > status.st_mtime_ns


def test_a_request_under_way_is_finished_before_the_end(start_nginx: StartNginx) -> None:
    with StubBackend() as stub, ThreadPoolExecutor(1) as pool:
        server = start_nginx((stub.host, stub.port))
        slow = pool.submit(httpx.get, f"{server.url}/api/slow/")
        assert stub.received.wait(Budget.EVENT.seconds)
        os.kill(server.pid, signal.SIGQUIT)

        def refuses() -> None:
            assert not server.answers()

        until(refuses, Budget.EVENT, every=0.05)
        stub.release.set()
        assert slow.result().status_code == 200
