"""Files: what is cached for how long, what is compressed, and which paths are the page's own."""

from __future__ import annotations

import httpx
import pytest

from tests.nginx.server import ADMIN_CSS, INDEX, SCRIPT

ASSET = "/assets/index-a1b2c3d4.js"


@pytest.mark.parametrize("path", ["/", "/index.html", "/login", "/contents/17", "/review/"])
def test_a_path_of_the_router_answers_with_the_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)


@pytest.mark.parametrize("path", ["/", "/index.html", "/contents/17"])
def test_the_page_is_never_cached(client: httpx.Client, path: str) -> None:
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_a_hashed_asset_is_cached_a_year(client: httpx.Client) -> None:
    answer = client.get(ASSET)
    assert answer.text == SCRIPT
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_a_missing_asset_is_404_and_not_the_page(client: httpx.Client) -> None:
    answer = client.get("/assets/index-00000000.js")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_file_beside_the_page_is_asked_for_again(client: httpx.Client) -> None:
    answer = client.get("/icon.svg")
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_static_files_of_the_admin_are_served(client: httpx.Client) -> None:
    answer = client.get("/static/admin/css/base.css")
    assert (answer.status_code, answer.text) == (200, ADMIN_CSS)
    assert answer.headers["Content-Type"].startswith("text/css")


def test_a_missing_static_file_is_404_and_not_the_page(client: httpx.Client) -> None:
    assert client.get("/static/admin/css/none.css").status_code == 404


@pytest.mark.parametrize("path", ["/static/../html/index.html", "/assets/%2e%2e/%2e%2e/etc/passwd"])
def test_no_path_leads_out_of_a_folder(client: httpx.Client, path: str) -> None:
    assert "root:" not in client.get(path).text


@pytest.mark.parametrize("path", [ASSET, "/api/contents/"])
def test_text_is_compressed(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_client_without_gzip_gets_plain_text(client: httpx.Client) -> None:
    assert "Content-Encoding" not in client.get(ASSET, headers={"Accept-Encoding": "identity"}).headers
