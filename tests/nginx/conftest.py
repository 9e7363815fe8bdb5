"""One nginx with limits out of the way for most tests; a test of a limit starts its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.nginx.backend import StubBackend
from tests.nginx.server import NginxServer
from tests.support.process import service_folder

StartNginx = Callable[..., NginxServer]
UNLIMITED = {"API_RATE": "1000", "API_BURST": "1000"}


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that the service's user may enter, whatever other runs do with pytest's own ones."""
    with service_folder() as made:
        yield made


@pytest.fixture(scope="session")
def backend() -> Iterator[StubBackend]:
    """The stub behind the shared nginx."""
    with StubBackend() as stub:
        yield stub


@pytest.fixture(scope="session")
def nginx(folder: Path, backend: StubBackend) -> Iterator[NginxServer]:
    """The shared nginx; it believes no proxy."""
    with NginxServer(folder / "shared", (backend.host, backend.port), UNLIMITED) as server:
        yield server


@pytest.fixture(scope="session")
def client(nginx: NginxServer) -> Iterator[httpx.Client]:
    """A browser in front of the shared nginx."""
    with httpx.Client(base_url=nginx.url) as made:
        yield made


_numbers = itertools.count()


@pytest.fixture
def start_nginx(folder: Path) -> Iterator[StartNginx]:
    """Starts an nginx of the test's own: `start_nginx((host, port), settings, path=...)`."""
    with ExitStack() as stack:

        def start(
            backend: tuple[str, int], settings: dict[str, str] | None = None, path: Path | None = None
        ) -> NginxServer:
            server = NginxServer(folder / f"own-{next(_numbers)}", backend, settings, path)
            return stack.enter_context(server)

        yield start
