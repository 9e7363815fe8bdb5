"""GET /api/review/category-stats/"""

import pytest

from categories.models import Category
from contents.models import Content
from reviews.models import ReviewHistory, ReviewSchedule

URL = "/api/review/category-stats/"


@pytest.fixture
def contents(owner):
    kanji = Category.objects.create(owner=owner.user, name="Kanji")
    make = Content.objects.create
    return kanji, [
        make(author=owner.user, title="Water", body="x", category=kanji),
        make(author=owner.user, title="Fire", body="x", category=kanji),
        make(author=owner.user, title="Other", body="x"),
    ]


def test_counts_and_success_rate_of_each_category(owner, contents):
    kanji, (water, fire, _) = contents
    for content, result in (
        (water, "remembered"),
        (water, "forgot"),
        (fire, "remembered"),
        (fire, "remembered"),
    ):
        ReviewHistory.objects.create(user=owner.user, content=content, result=result)
    ReviewSchedule.objects.filter(content=fire).update(is_active=False)

    assert owner.get(URL).json()["results"] == [
        {"category": kanji.pk, "name": "Kanji", "contents": 2, "due": 1, "reviews": 4, "success_rate": 0.75},
        {"category": None, "name": None, "contents": 1, "due": 1, "reviews": 0, "success_rate": None},
    ]


def test_stranger_and_nobody_see_nothing(contents, stranger, client):
    assert stranger.get(URL).json()["results"] == []
    assert client.get(URL).status_code == 401


def test_the_number_of_queries_does_not_grow(owner, contents, django_assert_num_queries):
    for n in range(15):
        category = Category.objects.create(owner=owner.user, name=str(n))
        Content.objects.create(author=owner.user, title=str(n), body="x", category=category)

    with django_assert_num_queries(5):  # the user and four counts
        assert owner.get(URL).json()["count"] == 17
