"""Sentences in the language that a request asks for, with the field at fault; nothing of another's."""

import re

import pytest
from django.utils import translation
from rest_framework.test import APIClient

from categories.models import Category
from core import language, throttles
from testing.people import PASSWORD

KOREAN = re.compile(r"[가-힣]")
LOGIN, REFRESH = "/api/auth/token/", "/api/auth/token/refresh/"
REGISTER, PROFILE = "/api/accounts/users/register/", "/api/accounts/profile/"
TODAY, COMPLETE = "/api/review/today/", "/api/review/complete/"


def asking_in(tag, person):
    """The same user, with a header in every request."""
    person.client.credentials(**person.client._credentials, HTTP_ACCEPT_LANGUAGE=tag)
    return person


def register(person, **changes):
    form = {"email": "new@example.com", "password": PASSWORD, "password_confirm": PASSWORD, **changes}
    return person.post(REGISTER, **form)


def without_token(person):
    client = APIClient()
    client.credentials(HTTP_ACCEPT_LANGUAGE=person.client._credentials["HTTP_ACCEPT_LANGUAGE"])
    return client.get(TODAY)


def again(person):
    name = Category.objects.create(owner=person.user, name="Kanji").name
    return person.post("/api/categories/", name=name)


# What is sent; the field at fault; its sentence in English and in Korean.
REFUSED = [
    (
        lambda p: p.post(LOGIN, email=p.user.email, password="wrong"),
        "detail",
        "No active account found with the given credentials",
        "지정된 자격 증명에 해당하는 활성화된 사용자를 찾을 수 없습니다",
    ),
    (
        lambda p: p.post(LOGIN, email=p.user.email),
        "password",
        "This field is required.",
        "이 필드는 필수 항목입니다.",
    ),
    (
        lambda p: register(p, email=p.user.email),
        "email",
        "A user with this e-mail address exists already.",
        "이미 가입된 이메일 주소입니다.",
    ),
    (
        lambda p: register(p, email="nobody"),
        "email",
        "Enter a valid email address.",
        "유효한 이메일 주소를 입력하세요.",
    ),
    (
        lambda p: register(
            p, email="longname@example.com", password="longname1", password_confirm="longname1"
        ),
        "password",
        "The password is too similar to the e-mail address.",
        "비밀번호가 이메일 주소와 너무 비슷합니다.",
    ),
    (
        lambda p: register(p, password="short-7", password_confirm="short-7"),
        "password",
        "This password is too short. It must contain at least 8 characters.",
        "이 비밀번호는 너무 짧습니다. 최소 8자 이상이어야 합니다.",
    ),
    (
        lambda p: register(p, password_confirm="another-horse-8"),
        "password_confirm",
        "The two passwords differ.",
        "두 비밀번호가 서로 다릅니다.",
    ),
    (
        lambda p: p.patch(PROFILE, time_zone="Mars/100%s"),
        "time_zone",
        "'Mars/100%s' is not an IANA time zone such as Asia/Seoul.",
        "'Mars/100%s'은(는) Asia/Seoul과 같은 IANA 시간대가 아닙니다.",
    ),
    (
        lambda p: p.patch(PROFILE, language="fr"),
        "language",
        '"fr" is not a valid choice.',
        '"fr"은 유효하지 않은 선택입니다.',
    ),
    (
        lambda p: p.post("/api/contents/", title="x" * 31, body="x"),
        "title",
        "Ensure this field has no more than 30 characters.",
        "이 필드의 글자 수가 30 이하인지 확인하세요.",
    ),
    (again, "name", "You have a category of this name already.", "같은 이름의 카테고리가 이미 있습니다."),
    (
        lambda p: p.post(COMPLETE, content_id=77, result="forgot"),
        "content_id",
        "You have no content with this id.",
        "이 번호의 콘텐츠가 없습니다.",
    ),
    (
        lambda p: p.get(TODAY, page_size="x"),
        "page_size",
        "A positive whole number is required.",
        "1 이상의 정수를 입력하세요.",
    ),
    (lambda p: p.get(TODAY, page=9), "detail", "Invalid page.", "페이지가 유효하지 않습니다."),
    (lambda p: p.get("/api/nothing/"), "detail", "Not found.", "찾을 수 없습니다."),
    (lambda p: p.post(REFRESH, refresh="a.b.c"), "detail", "Token is invalid", "유효하지 않은 토큰입니다"),
    (
        without_token,
        "detail",
        "Authentication credentials were not provided.",
        "자격 인증 데이터가 제공되지 않았습니다.",
    ),
    # The last two are answered before a view is found.
    (
        lambda p: p.client.generic("POST", REGISTER, b"{}", "application/json", CONTENT_LENGTH=str(2**25)),
        "detail",
        "The body must not exceed 20971520 bytes.",
        "요청 본문은 20971520바이트를 넘을 수 없습니다.",
    ),
    (
        lambda p: p.client.get(TODAY, headers={"Host": "evil.example"}),
        "detail",
        "Bad request.",
        "잘못된 요청입니다.",
    ),
]


@pytest.mark.parametrize(("send", "field", "english", "korean"), REFUSED, ids=[row[2] for row in REFUSED])
@pytest.mark.parametrize("tag", ["en", "ko"])
def test_the_field_at_fault_has_its_sentence(owner, send, field, english, korean, tag):
    refused = send(asking_in(tag, owner))

    assert refused.status_code >= 400
    said = refused.json()[field]
    assert (said if isinstance(said, str) else said[0]) == (korean if tag == "ko" else english)
    assert refused["Content-Language"] == language._chosen(tag)
    assert "Accept-Language" in refused["Vary"]


def test_a_throttled_user_is_told_so_in_the_users_language(owner, monkeypatch):
    monkeypatch.setattr(throttles.UserThrottle, "rate", "1/hour", raising=False)
    asking_in("ko", owner).get(PROFILE)

    refused = owner.get(PROFILE)

    assert refused.status_code == 429
    assert re.fullmatch(r"요청이 제한되었습니다\. \d+ 초 후에 사용 가능합니다\.", refused.json()["detail"])
    assert int(refused["Retry-After"]) > 0


def test_a_failure_of_the_server_is_told_in_korean(owner, monkeypatch):
    monkeypatch.setattr("reviews.views.by_category", lambda _: {}["nothing"])
    owner.client.raise_request_exception = False

    answer = asking_in("ko", owner).get("/api/review/category-stats/")

    assert (answer.status_code, answer.json()) == (
        500,
        {"detail": "서버에서 오류가 발생했습니다. 오류는 기록되었습니다."},
    )


def test_a_database_that_is_away_is_told_in_korean(owner, postgres_outage):
    asking_in("ko", owner)
    with postgres_outage():
        answer = owner.get(PROFILE)

    assert answer.status_code == 503
    assert answer.json() == {"detail": "데이터베이스가 응답하지 않습니다. 몇 초 뒤에 다시 시도해 주세요."}


@pytest.mark.parametrize(
    ("accepted", "korean"),
    [
        ("ko", True),
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", True),
        ("KO-kr", True),
        ("fr-FR,ko;q=0.5", True),
        ("en-GB,ko;q=0.9", False),
        ("fr", False),
        ("*", False),
        ("", False),
        ("ko" * 4000, False),
        ("../ko;q=x,\x00", False),
    ],
)
def test_the_first_language_that_is_spoken_counts_and_english_else(client, accepted, korean):
    answer = client.get("/api/nothing/", headers={"Accept-Language": accepted})

    assert (answer.json() == {"detail": "찾을 수 없습니다."}) == korean
    assert (answer.json() == {"detail": "Not found."}) != korean


def test_a_request_without_the_header_hears_nothing_of_the_one_before(client):
    assert KOREAN.search(client.get("/api/nothing/", headers={"Accept-Language": "ko"}).json()["detail"])

    assert translation.get_language() == "en-us"
    assert client.get("/api/nothing/").json() == {"detail": "Not found."}


def test_what_users_have_written_is_not_translated(owner):
    Category.objects.create(owner=owner.user, name="Not found.")

    assert asking_in("ko", owner).get("/api/categories/").json()["results"][0]["name"] == "Not found."


def test_the_admin_speaks_the_language_of_its_browser(client):
    page = client.get("/admin/login/", headers={"Accept-Language": "ko"})

    assert "비밀번호" in page.content.decode()
