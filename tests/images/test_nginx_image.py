"""The nginx image serves the page, Django's static files and its own health, and ends after its requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from devcluster.errors import ClusterError
from tests.images.containers import Container, Runner
from tests.support.wait import Budget, until

pytestmark = pytest.mark.root

FETCH = (
    "import sys, urllib.request\n"
    "answer = urllib.request.urlopen('http://127.0.0.1:8080' + sys.argv[1])\n"
    "print(answer.status, answer.headers['Content-Type'], len(answer.read()))\n"
)


@dataclass(frozen=True)
class Browser:
    """Fetches pages of a container from beside it, by the Python of another image."""

    runner: Runner
    image: str

    def fetch(self, server: Container, path: str) -> tuple[str, str, int]:
        """Return status, content type and length; raise AssertionError where nothing answers."""
        try:
            told = self.runner.once(self.image, "-c", FETCH, path, entrypoint="python3", beside=server)
        except ClusterError as error:
            raise AssertionError(f"{error}\n{server.logs()}") from error
        status, *kind, length = told.split()
        return status, " ".join(kind), int(length)

    @contextmanager
    def serving(self, image: str) -> Iterator[Container]:
        """nginx, once it is healthy."""
        with self.runner.running(image, env={"BACKEND_HOST": "127.0.0.1"}) as container:
            until(lambda: self.fetch(container, "/nginx-health"), Budget.PROCESS)
            yield container


@pytest.fixture(scope="module")
def browser(images: dict[str, str], runner: Runner) -> Browser:
    return Browser(runner, images["resee-backend"])


@pytest.fixture(scope="module")
def nginx(browser: Browser, images: dict[str, str]) -> Iterator[Container]:
    with browser.serving(images["resee-nginx"]) as container:
        yield container


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/reviews", "text/html"),
        ("/static/admin/css/base.css", "text/css"),
        ("/static/rest_framework/css/default.css", "text/css"),
    ],
)
def test_it_serves(browser: Browser, nginx: Container, path: str, kind: str) -> None:
    status, content_type, length = browser.fetch(nginx, path)
    assert status == "200"
    assert content_type.startswith(kind)
    assert length > 0


def test_it_ends_when_told(browser: Browser, images: dict[str, str]) -> None:
    with browser.serving(images["resee-nginx"]) as container:
        assert container.stop() == 0
