"""Answers that are kept: the same as the usual ones, for as long as they are true and not a moment longer."""

import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import jwt
import pytest
from django.db import transaction
from prometheus_client import REGISTRY
from rest_framework.response import Response
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from categories.models import Category
from contents.models import Content
from core import generations, kept, throttles
from core.redis import _client, cached
from reviews.models import ReviewSchedule
from testing.budgets import TASK_RUNS, wait_until
from testing.services import free_port

TODAY = "/api/review/today/"


@pytest.fixture
def kanji(owner):
    return Category.objects.create(owner=owner.user, name="Kanji")


@pytest.fixture
def content(owner, kanji):
    return Content.objects.create(author=owner.user, title="Water", body="mizu", category=kanji)


@pytest.fixture
def asked(owner, content):
    """The list was asked for before: it is kept now."""
    return owner.get(TODAY)


def test_the_second_answer_is_the_first_without_a_query(owner, asked, django_assert_num_queries):
    with django_assert_num_queries(0):
        again = owner.get(TODAY)

    assert again.content == asked.content
    own = {"X-Request-ID"}
    assert {k: v for k, v in again.items() if k not in own} == {
        k: v for k, v in asked.items() if k not in own
    }


def test_a_kept_answer_leaves_the_same_line_and_is_measured_as_any_other(owner, asked, caplog):
    measured = {"method": "GET", "route": "api/review/today/", "status": "200"}

    def count():
        return REGISTRY.get_sample_value("resee_http_request_duration_seconds_count", measured)

    before = count()
    assert kept_answer(owner)

    assert count() == before + 1
    (line,) = [record for record in caplog.records if record.name == "resee.access"]
    assert (line.path, line.status) == (TODAY, 200)


def test_only_the_paths_that_the_settings_name_are_kept(owner, asked, settings):
    settings.KEPT_PATHS = ()

    assert not kept_answer(owner)


def test_an_answer_with_a_cookie_is_never_kept(owner, content, monkeypatch):
    def with_cookie(view, request):
        response = Response([])
        response.set_cookie("a", "b")
        return response

    monkeypatch.setattr("reviews.views.TodayView.list", with_cookie)
    assert owner.get(TODAY).cookies

    assert not kept_answer(owner)


def test_what_was_read_before_midnight_is_not_kept_as_of_the_day_after(owner, content, monkeypatch):
    """The day ends between the reading and the answer."""
    day = [time.time() - 1]
    monkeypatch.setattr("reviews.views.TodayView.kept_until", lambda _: day[0])

    def reads(view, request):
        day[0] += 24 * 3600
        return Response([])

    monkeypatch.setattr("reviews.views.TodayView.list", reads)
    owner.get(TODAY)

    assert not kept_answer(owner)


def saved(thing, **fields):
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()


WRITES = {
    "a review": lambda o, c: o.post("/api/review/complete/", content_id=c.pk, result="remembered"),
    "a new content": lambda o, _: o.post("/api/contents/", title="Fire", body="hi"),
    "a changed content": lambda o, c: o.patch(f"/api/contents/{c.pk}/", title="Ice"),
    "a deleted content": lambda o, c: o.delete(f"/api/contents/{c.pk}/"),
    "a renamed category": lambda o, c: o.patch(f"/api/categories/{c.category_id}/", name="Signs"),
    "a deleted category": lambda o, c: o.delete(f"/api/categories/{c.category_id}/"),
    "another address": lambda o, _: saved(o.user, email="new@example.com"),
    "rows written at once": lambda o, _: ReviewSchedule.objects.update(interval_index=1),
    "rows changed one by one": lambda o, _: ReviewSchedule.objects.bulk_update(
        [*_indexed(ReviewSchedule.objects.all())], ["interval_index"]
    ),
    "rows deleted at once": lambda o, _: ReviewSchedule.objects.all().delete(),
}


def _indexed(schedules):
    for schedule in schedules:
        schedule.interval_index = 1
        yield schedule


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_shows_at_once(owner, content, asked, write):
    write(owner, content)

    assert owner.get(TODAY).content != asked.content


SHUT_OUT = {
    "deactivated": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "deactivated in the admin": lambda user: saved(user, is_active=False),
    "another password": lambda user: (user.set_password("another-horse-8"), user.save()),
    "deleted": lambda user: user.delete(),
}


@pytest.mark.parametrize("change", SHUT_OUT.values(), ids=SHUT_OUT)
def test_who_is_shut_out_gets_nothing_kept(owner, asked, change):
    change(owner.user)

    assert owner.get(TODAY).status_code == 401


def test_a_token_from_before_the_password_gets_nothing_that_was_kept_after_it(owner, asked, client):
    owner.user.set_password("another-horse-8")
    owner.user.save()
    fresh = f"Bearer {RefreshToken.for_user(owner.user).access_token}"
    assert client.get(TODAY, headers={"Authorization": fresh}).status_code == 200

    assert owner.get(TODAY).status_code == 401


def test_a_token_that_runs_out_is_refused_though_it_was_verified(owner, asked, client):
    token = AccessToken.for_user(owner.user)
    token.set_exp(lifetime=timedelta(seconds=2))
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(TODAY, headers=headers).status_code == 200

    wait_until("it has run out", lambda: client.get(TODAY, headers=headers).status_code == 401, TASK_RUNS)


def test_tampered_and_foreign_tokens_get_nothing(owner, asked, client):
    token = owner.client._credentials["HTTP_AUTHORIZATION"].split()[1]
    head, claims, signature = token.split(".")
    foreign = jwt.encode({"user_id": str(owner.user.pk), "token_type": "access"}, "x" * 64, "HS256")

    for bad in (f"{head}.{claims[:-2]}AA.{signature}", foreign, str(RefreshToken.for_user(owner.user)), ""):
        assert client.get(TODAY, headers={"Authorization": f"Bearer {bad}"}).status_code == 401


def test_a_stranger_gets_the_strangers_list(asked, stranger):
    assert stranger.get(TODAY).json()["count"] == 0


def test_pages_and_hosts_are_kept_apart(owner, asked):
    Content.objects.create(author=owner.user, title="Fire", body="hi")
    first, second = owner.get(TODAY, page_size=1), owner.get(TODAY, page_size=1, page=2)

    assert first.json()["results"] != second.json()["results"]
    assert owner.get(TODAY, page_size=1).content == first.content
    other = owner.client.get(TODAY, {"page_size": 1}, headers={"Host": "127.0.0.1"})
    assert other.json()["next"].startswith("http://127.0.0.1/")


def test_each_language_has_its_own_answer_though_only_a_header_differs(owner, asked):
    def ask(tag):
        return owner.client.get(TODAY, headers={"Accept-Language": tag})

    korean = ask("ko")

    assert (asked["Content-Language"], korean["Content-Language"]) == ("en-us", "ko-kr")
    assert korean.content == asked.content
    for tag, first in (("ko-KR,ko;q=0.9", korean), ("en", asked), ("fr", asked)):
        with only_kept():
            again = ask(tag)
        assert again["Content-Language"] == first["Content-Language"]
        assert again["Vary"] == first["Vary"]
    assert "Accept-Language" in asked["Vary"]


def test_a_request_with_a_body_goes_the_usual_way(owner, asked):
    """Whose limit stands behind what is kept."""
    refused = owner.client.generic("GET", TODAY, b"{}", CONTENT_LENGTH=str(2**25))

    assert refused.status_code == 413


def test_an_unknown_host_is_refused_as_elsewhere(owner, asked):
    assert owner.client.get(TODAY, headers={"Host": "evil.example"}).status_code == 400


def test_the_list_of_yesterday_is_not_kept_over_midnight(owner, asked, monkeypatch):
    assert kept_answer(owner)
    claims = kept._claims(owner.client._credentials["HTTP_AUTHORIZATION"].split()[1])
    tomorrow = time.time() + 24 * 3600
    still_good = replace(claims, expires=tomorrow + 60)
    monkeypatch.setattr("core.kept._claims", lambda _: still_good)

    monkeypatch.setattr(kept.time, "time", lambda: tomorrow)

    assert not kept_answer(owner)


@contextmanager
def only_kept():
    """A block in which the view may not be asked."""
    with patch("reviews.views.TodayView.list", side_effect=AssertionError("asked")):
        yield


def kept_answer(person):
    """Whether the next answer comes from what is kept: then the view itself is not asked."""
    with only_kept():
        try:
            return person.get(TODAY).status_code == 200
        except AssertionError:
            return False


def test_what_was_read_before_a_commit_is_not_kept_after_it(owner, content, transactional_db):
    """Another request reads between the write and its commit, and keeps what it read."""
    with transaction.atomic():
        Content.objects.filter(pk=content.pk).first().delete()
        marks = cached().get(generations.key(owner.user.pk))

    assert cached().get(generations.key(owner.user.pk)) != marks


def test_kept_answers_count_for_the_throttle(owner, asked, monkeypatch):
    monkeypatch.setattr(throttles.UserThrottle, "rate", "3/hour", raising=False)

    assert [owner.get(TODAY).status_code for _ in range(4)] == [200, 200, 429, 429]


def test_without_redis_the_list_is_answered_as_usual(owner, asked, settings):
    settings.CACHE_URL = f"redis://127.0.0.1:{free_port()}/1"
    _client.cache_clear()
    kept._script.cache_clear()
    try:
        assert owner.get(TODAY).json() == asked.json()
        assert owner.post("/api/contents/", title="Fire", body="hi").status_code == 201
    finally:
        kept._script.cache_clear()


def test_a_page_that_would_push_others_out_is_not_kept(owner, content):
    for n in range(2):
        Content.objects.create(author=owner.user, title=str(n), body="x" * 50_000)
    owner.get(TODAY)

    assert not kept_answer(owner)


@pytest.mark.parametrize("headers", [{"Accept": "application/xml"}])
def test_a_client_that_takes_no_json_gets_none(owner, asked, headers):
    assert owner.client.get(TODAY, headers=headers).status_code == 406
