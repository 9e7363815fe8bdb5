"""Throttles: by address and by user, counted together over processes, harmless without Redis."""

import time

import pytest
from rest_framework.test import APIClient

from core import throttles
from core.redis import _client
from testing.people import PASSWORD
from testing.services import free_port

TODAY = "/api/review/today/"
LOGIN = "/api/auth/token/"


@pytest.fixture
def rates(monkeypatch):
    """Sets the rates of the three throttles."""

    def set_rates(**given):
        for throttle in (throttles.AnonThrottle, throttles.UserThrottle, throttles.LoginThrottle):
            if throttle.scope in given:
                monkeypatch.setattr(throttle, "rate", given[throttle.scope], raising=False)

    return set_rates


def statuses(count, call):
    return [call().status_code for _ in range(count)]


def test_the_defaults_are_those_of_the_contract():
    import subprocess
    import sys

    from django.conf import settings

    text = subprocess.run(
        [
            sys.executable,
            "-c",
            "from config import static; print(static.REST_FRAMEWORK['DEFAULT_THROTTLE_RATES'])",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env={},
    ).stdout
    assert text.strip() == str({"anon": "100/hour", "user": "1000/hour", "login": "5/min"})


def test_a_user_over_the_rate_is_told_when_to_come_back(owner, stranger, rates):
    rates(user="3/hour")

    assert statuses(5, lambda: owner.get(TODAY)) == [200, 200, 200, 429, 429]
    refused = owner.get(TODAY)
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert "throttled" in refused.json()["detail"]
    assert stranger.get(TODAY).status_code == 200


def test_passwords_cannot_be_tried_out(owner, client, rates):
    rates(login="5/min")
    form = {"email": "owner@example.com", "password": "wrong"}

    assert statuses(7, lambda: client.post(LOGIN, form)) == [401] * 5 + [429] * 2
    assert client.post(LOGIN, {**form, "password": PASSWORD}).status_code == 429


def test_anonymous_clients_are_told_apart_by_the_address_that_nginx_saw(client, rates, db):
    rates(anon="2/hour")

    def register(forwarded):
        return client.post(
            "/api/accounts/users/register/", {}, headers={"X-Forwarded-For": forwarded}
        ).status_code

    assert [register("203.0.113.1") for _ in range(3)] == [400, 400, 429]
    assert register("203.0.113.2") == 400
    # What a client writes into the header itself comes first and does not count.
    assert register("198.51.100.9, 203.0.113.1") == 429


def test_counts_are_shared_and_none_is_lost(owner, rates):
    """Each gunicorn process has its own throttle object; the count is one."""
    rates(user="4/hour")
    second = APIClient()
    second.credentials(**owner.client._credentials)

    answers = [client.get(TODAY).status_code for _ in range(3) for client in (owner.client, second)]

    assert answers == [200, 200, 200, 200, 429, 429]


def test_the_window_slides(owner, rates, monkeypatch):
    rates(user="4/min")
    start = (time.time() // 60) * 60

    def at(seconds):
        monkeypatch.setattr(throttles.time, "time", lambda: start + seconds)
        return owner.get(TODAY).status_code

    assert [at(59) for _ in range(4)] == [200] * 4
    assert [at(61), at(61)] == [200, 429]  # of the four of two seconds ago a little less than four count
    assert [at(119.9) for _ in range(3)] == [200, 200, 429]


def test_a_refused_client_gets_in_again(owner, rates, monkeypatch):
    """Requests that are refused do not push the end of the wait away."""
    rates(user="2/min")
    start = (time.time() // 60) * 60

    monkeypatch.setattr(throttles.time, "time", lambda: start + 1)
    statuses(50, lambda: owner.get(TODAY))
    monkeypatch.setattr(throttles.time, "time", lambda: start + 119)

    assert owner.get(TODAY).status_code == 200


def test_counting_takes_constant_memory(owner, rates):
    from core.redis import cached

    rates(user="1000000/hour")
    before = statuses(2, lambda: owner.get(TODAY))
    size = sum(cached().memory_usage(key) for key in cached().scan_iter("throttle*"))
    statuses(50, lambda: owner.get(TODAY))

    assert before == [200, 200]
    assert sum(cached().memory_usage(key) for key in cached().scan_iter("throttle*")) <= size + 64


def test_without_redis_requests_go_through(owner, rates, settings, caplog):
    rates(user="1/hour")
    settings.CACHE_URL = f"redis://127.0.0.1:{free_port()}/1"
    _client.cache_clear()

    assert statuses(2, lambda: owner.get(TODAY)) == [200, 200]
    assert "throttle user is off" in caplog.text
