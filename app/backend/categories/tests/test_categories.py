"""/api/categories/: the owner's only."""

import pytest

from categories.models import Category

URL = "/api/categories/"


@pytest.fixture
def kanji(owner):
    return Category.objects.create(owner=owner.user, name="Kanji")


def test_owner_creates_reads_changes_and_deletes(owner):
    made = owner.post(URL, name="Kanji")
    assert made.status_code == 201
    assert set(made.json()) == {"id", "name", "created_at"}
    path = f"{URL}{made.json()['id']}/"

    assert owner.get(path).json()["name"] == "Kanji"
    assert owner.patch(path, name="Kana").json()["name"] == "Kana"
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == 404


def test_stranger_sees_and_touches_nothing(kanji, stranger):
    path = f"{URL}{kanji.pk}/"

    assert stranger.get(URL).json()["results"] == []
    assert stranger.get(path).status_code == 404
    assert stranger.patch(path, name="Mine").status_code == 404
    assert stranger.delete(path).status_code == 404
    kanji.refresh_from_db()
    assert kanji.name == "Kanji"


def test_nobody_is_asked_to_sign_in(client, db):
    assert client.get(URL).status_code == 401


def test_name_is_once_for_each_owner_whatever_its_case(kanji, owner, stranger):
    refused = owner.post(URL, name="KANJI")

    assert refused.status_code == 400
    assert refused.json() == {"name": ["You have a category of this name already."]}
    assert stranger.post(URL, name="Kanji").status_code == 201


def test_a_race_for_a_name_is_an_error_of_the_field(kanji, owner, monkeypatch):
    """Two requests pass the check at once: the constraint stops the second one."""
    monkeypatch.setattr("categories.serializers.CategorySerializer.validate_name", lambda _, value: value)

    refused = owner.post(URL, name="kanji")

    assert refused.status_code == 400
    assert refused.json() == {"name": ["You have a category of this name already."]}


def test_renaming_to_its_own_name_is_no_conflict(kanji, owner):
    assert owner.patch(f"{URL}{kanji.pk}/", name="kanji").status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "x" * 51, None, "a\x00b"])
def test_a_bad_name_is_named(name, owner):
    refused = owner.post(URL, name=name)

    assert refused.status_code == 400
    assert list(refused.json()) == ["name"]


def test_lists_are_paged(owner, django_assert_num_queries):
    Category.objects.bulk_create(Category(owner=owner.user, name=f"{n:03}") for n in range(45))

    with django_assert_num_queries(3):  # the user, the count, the page
        page = owner.get(URL, page=2).json()

    assert page["count"] == 45
    assert [row["name"] for row in page["results"]] == [f"{n:03}" for n in range(20, 40)]
    assert page["previous"]
    assert page["next"]
    assert len(owner.get(URL, page_size=1000).json()["results"]) == 45
