"""/api/contents/: the author's only."""

import pytest

from categories.models import Category
from contents.models import Content
from reviews.models import ReviewSchedule

URL = "/api/contents/"


@pytest.fixture
def content(owner):
    return Content.objects.create(author=owner.user, title="Water", body="**mizu**")


def test_author_creates_reads_changes_and_deletes(owner):
    category = Category.objects.create(owner=owner.user, name="Kanji")

    made = owner.post(URL, title="Water", body="**mizu**", category=category.pk)
    assert made.status_code == 201
    row = made.json()
    assert (row["title"], row["body"], row["author"]) == ("Water", "**mizu**", "owner@example.com")
    assert (row["category"], row["category_name"]) == (category.pk, "Kanji")

    path = f"{URL}{row['id']}/"
    assert owner.get(path).json() == row
    assert owner.patch(path, title="Fire", category=None).json()["category"] is None
    assert owner.delete(path).status_code == 204
    assert not ReviewSchedule.objects.exists()


def test_stranger_sees_and_touches_nothing(content, stranger):
    path = f"{URL}{content.pk}/"

    assert stranger.get(URL).json()["count"] == 0
    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, title="Mine").status_code == 404
    assert stranger.client.put(path, {"title": "Mine", "body": "x"}).status_code == 404
    assert stranger.delete(path).status_code == 404
    content.refresh_from_db()
    assert content.title == "Water"


def test_nobody_is_asked_to_sign_in(client, content):
    assert client.get(URL).status_code == 401
    assert client.get(f"{URL}{content.pk}/").status_code == 401


def test_a_strangers_category_is_unknown(owner, stranger):
    foreign = Category.objects.create(owner=stranger.user, name="Secret")

    refused = owner.post(URL, title="Water", body="x", category=foreign.pk)

    assert refused.status_code == 400
    assert list(refused.json()) == ["category"]
    assert "Secret" not in refused.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 31}, "title"),
        ({"title": ["a list"]}, "title"),
        ({"title": "nul\x00"}, "title"),
        ({"body": ""}, "body"),
        ({"body": "x" * 100_001}, "body"),
        ({"category": 2**70}, "category"),
        ({"category": "'; DROP TABLE contents_content; --"}, "category"),
    ],
)
def test_the_field_at_fault_is_named(owner, change, field):
    refused = owner.post(URL, **{"title": "Water", "body": "x", **change})

    assert refused.status_code == 400
    assert list(refused.json()) == [field]
    assert not Content.objects.exists()


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE contents_content; --", "<script>alert(1)</script>", "漢字 {{7*7}} %s"]
)
def test_text_is_kept_as_it_was_written(owner, text):
    made = owner.post(URL, title=text[:30], body=text).json()

    assert owner.get(f"{URL}{made['id']}/").json()["body"] == text
    assert owner.get(URL, search=text[:10]).json()["count"] == 1


def test_contents_are_searched_and_filtered(owner, content):
    kanji = Category.objects.create(owner=owner.user, name="Kanji")
    Content.objects.create(author=owner.user, title="Fire", body="hi", category=kanji)

    assert [row["title"] for row in owner.get(URL, search="MIZU").json()["results"]] == ["Water"]
    assert [row["title"] for row in owner.get(URL, category=kanji.pk).json()["results"]] == ["Fire"]
    assert owner.get(URL, category="none").status_code == 400
    assert owner.get(URL, category=2**70).json()["count"] == 0


def test_an_odd_path_is_not_found(owner):
    assert owner.get(f"{URL}{2**70}/").status_code == 404
    assert owner.get(f"{URL}0/").status_code == 404
    assert owner.get("/api/nothing/").json() == {"detail": "Not found."}


def test_pages_cost_the_same_queries_whatever_they_hold(owner, django_assert_num_queries):
    for n in range(30):
        category = Category.objects.create(owner=owner.user, name=str(n))
        Content.objects.create(author=owner.user, title=str(n), body="x", category=category)

    with django_assert_num_queries(3):  # the user, the count, the page with its categories
        page = owner.get(URL).json()

    assert [row["title"] for row in page["results"]] == [str(n) for n in range(29, 9, -1)]


def test_a_content_and_its_schedule_come_together_or_not_at_all(owner, monkeypatch):
    def broken(**_):
        raise RuntimeError("no schedule")

    monkeypatch.setattr("reviews.signals.ReviewSchedule.objects.create", broken)
    owner.client.raise_request_exception = False

    failed = owner.post(URL, title="Water", body="x")

    assert failed.status_code == 500
    assert failed.json() == {"detail": "The server failed. The failure has been recorded."}
    assert not Content.objects.exists()


def test_deleting_a_category_keeps_its_contents(owner):
    kanji = Category.objects.create(owner=owner.user, name="Kanji")
    content = Content.objects.create(author=owner.user, title="Fire", body="hi", category=kanji)

    owner.delete(f"/api/categories/{kanji.pk}/")

    assert owner.get(f"{URL}{content.pk}/").json()["category"] is None
