"""Over all paths at once: who may come in, and who sees what."""

from uuid import uuid4

import pytest
from django.urls import URLPattern, get_resolver

from analytics.models import Export
from categories.models import Category
from contents.models import Content

OPEN = {
    "api/accounts/users/register/",
    "api/auth/token/",
    "api/auth/token/refresh/",
    "api/auth/token/blacklist/",
    "api/health/live/",
    "api/health/ready/",
    "api/health/detailed/",
    "api/schema/",
}


def routes(patterns, prefix=""):
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


API = sorted({route for route in routes(get_resolver().url_patterns) if route.startswith("api/")})


def path_of(route):
    return "/" + route.replace("<int:pk>", "1").replace("<uuid:pk>", str(uuid4()))


def test_the_open_paths_are_these_and_no_others():
    assert set(API) >= OPEN


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("route", [route for route in API if route not in OPEN])
def test_every_other_path_asks_for_a_token_whatever_the_method(client, db, route, method):
    assert getattr(client, method)(path_of(route)).status_code == 401


@pytest.fixture
def secrets(owner):
    """The owner's things, each with a word that nobody else may see."""
    category = Category.objects.create(owner=owner.user, name="Geheim")
    Content.objects.create(author=owner.user, title="Geheim", body="Geheim", category=category)
    Export.objects.create(owner=owner.user, status="done", document={"title": "Geheim"})


@pytest.mark.parametrize("route", [route for route in API if route not in OPEN])
def test_a_stranger_reads_the_owners_words_nowhere(secrets, owner, stranger, route):
    ids = {
        "api/analytics/export/<uuid:pk>/": Export.objects.get().pk,
        "api/contents/<int:pk>/": Content.objects.get().pk,
        "api/categories/<int:pk>/": Category.objects.get().pk,
    }
    path = "/" + route.replace("<int:pk>", str(ids.get(route))).replace("<uuid:pk>", str(ids.get(route)))

    answer = stranger.get(path)

    assert answer.status_code in (200, 404, 405)
    assert "Geheim" not in answer.content.decode()
    assert "owner@example.com" not in answer.content.decode()
