"""The nginx image serves the page, Django's static files and its own health, and ends after its requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.images.containers import Container, Runner

pytestmark = pytest.mark.root

FETCH = (
    "import sys, urllib.request\n"
    "answer = urllib.request.urlopen('http://127.0.0.1:8080' + sys.argv[1])\n"
    "print(answer.status, answer.headers['Content-Type'], len(answer.read()))\n"
)


@pytest.fixture(scope="module")
def nginx(images: dict[str, str], runner: Runner) -> Iterator[Container]:
    with runner.running(images["resee-nginx"], env={"BACKEND_HOST": "127.0.0.1"}) as container:
        container.wait("python3", "-c", FETCH, "/nginx-health")
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
def test_it_serves(nginx: Container, path: str, kind: str) -> None:
    status, content_type, length = nginx.run("python3", "-c", FETCH, path).split(maxsplit=2)
    assert status == "200"
    assert content_type.startswith(kind)
    assert int(length.split()[-1]) > 0


def test_it_ends_when_told(images: dict[str, str], runner: Runner) -> None:
    with runner.running(images["resee-nginx"], env={"BACKEND_HOST": "127.0.0.1"}) as container:
        container.wait("python3", "-c", FETCH, "/nginx-health")
        assert container.stop() == 0
