"""SQL and script in every text field: kept as it was written, or refused by name; never run, nothing told."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from categories.models import Category
from contents.models import Content
from reviews.models import ReviewHistory
from testing.people import PASSWORD

SQL = "'; DROP TABLE contents_content; --"
SCRIPT = "<script>alert(1)</script>"
TEXTS = [SQL, SCRIPT, '" OR ""="', "{{7*7}} %s %(x)s", "\u202eabc", "${jndi:ldap://x}"]
TOLD = ("Traceback", "psycopg", "syntax error", "accounts_user", "site-packages")


@pytest.fixture
def content(owner):
    return Content.objects.create(author=owner.user, title="Water", body="mizu")


def fields(owner, content):
    """Each text field that the API takes: how it is sent, and how it is read again (None: never kept)."""
    path = f"/api/contents/{content.pk}/"
    category = Category.objects.create(owner=owner.user, name="Kanji")
    review = {"content_id": content.pk, "result": "forgot"}
    register = {"password": "correct-horse-7", "password_confirm": "correct-horse-7"}
    return {
        "title": (lambda t: owner.patch(path, title=t[:30]), lambda: owner.get(path).json()["title"]),
        "body": (lambda t: owner.patch(path, body=t), lambda: owner.get(path).json()["body"]),
        "category": (
            lambda t: owner.patch(f"/api/categories/{category.pk}/", name=t),
            lambda: owner.get(f"/api/categories/{category.pk}/").json()["name"],
        ),
        "notes": (
            lambda t: owner.post("/api/review/complete/", **review, notes=t),
            lambda: ReviewHistory.objects.latest("id").notes,
        ),
        "result": (lambda t: owner.post("/api/review/complete/", **{**review, "result": t}), None),
        "content_id": (lambda t: owner.post("/api/review/complete/", **{**review, "content_id": t}), None),
        "category of a content": (lambda t: owner.patch(path, category=t), None),
        "time zone": (lambda t: owner.patch("/api/accounts/profile/", time_zone=t), None),
        "tier": (lambda t: owner.patch("/api/accounts/profile/", tier=t), None),
        "language": (lambda t: owner.patch("/api/accounts/profile/", language=t), None),
        "daily time": (
            lambda t: owner.patch("/api/accounts/profile/", preferences={"daily_time": t}),
            None,
        ),
        "e-mail": (lambda t: owner.post("/api/accounts/users/register/", email=t, **register), None),
        "refresh token": (lambda t: owner.post("/api/auth/token/refresh/", refresh=t), None),
        "log-in": (lambda t: owner.post("/api/auth/token/", email=t, password=t), None),
        "search": (lambda t: owner.get("/api/contents/", search=t), None),
        "filter": (lambda t: owner.get("/api/contents/", category=t), None),
        "page": (lambda t: owner.get("/api/contents/", page=t), None),
        "page size": (lambda t: owner.get("/api/review/today/", page_size=t), None),
    }


FIELDS = [
    *("title", "body", "category", "notes", "result", "content_id", "category of a content", "time zone"),
    *("tier", "language", "daily time", "e-mail", "refresh token", "log-in", "search", "filter", "page"),
    "page size",
]


def test_the_fields_are_those_that_are_tried(owner, content):
    assert sorted(fields(owner, content)) == sorted(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_no_text_is_run_and_no_failure_told(owner, content, name):
    send, read = fields(owner, content)[name]
    for text in TEXTS:
        answer = send(text)

        if read is not None:
            assert answer.status_code == 200, text
            assert read() == text[:30] if name == "title" else read() == text
        elif name == "search":
            assert answer.json()["count"] == 0
        else:
            assert answer.status_code in (400, 401, 404), text
        assert not any(word in answer.content.decode() for word in TOLD)
        assert answer["Content-Type"] == "application/json"
    assert User.objects.count() == 1
    assert {"accounts_user", "contents_content"} <= set(connection.introspection.table_names())


def test_a_password_may_be_anything_and_stays_unseen(client, db):
    for number, text in enumerate(TEXTS[:2]):
        address = f"new{number}@example.com"
        form = {"email": address, "password": text, "password_confirm": text}
        made = client.post("/api/accounts/users/register/", form)

        assert made.status_code == 201
        assert text not in made.content.decode()
        assert client.post("/api/auth/token/", {"email": address, "password": text}).status_code == 200


def test_the_admin_shows_script_as_text(owner, content):
    content.title = SCRIPT
    content.save()
    User.objects.create_superuser("root@example.com", PASSWORD)
    browser = Client()
    browser.login(username="root@example.com", password=PASSWORD)

    for page in (f"/admin/contents/content/{content.pk}/change/", "/admin/contents/content/"):
        html = browser.get(page).content.decode()
        assert escape(SCRIPT) in html
        assert SCRIPT not in html


def test_a_nul_is_refused_by_name(owner, content):
    """PostgreSQL cannot keep it: without a check it would be a failure of the server."""
    for field in ("title", "body"):
        refused = owner.patch(f"/api/contents/{content.pk}/", **{field: "a\x00b"})
        assert refused.status_code == 400
        assert list(json.loads(refused.content)) == [field]
    assert owner.get("/api/contents/", search="a\x00b").status_code == 400
