"""Refresh and log-out: one token of a session is good, and a page that lost it on the way gets it again."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import jwt
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import User
from accounts.tasks import clean_up_tokens
from testing.budgets import REQUEST_IS_ANSWERED, wait_until
from testing.people import PASSWORD, person

URL = "/api/auth/token/"
PROFILE = "/api/accounts/profile/"
GRACE = timedelta(seconds=30)


@pytest.fixture
def first(owner, client):
    """The refresh token of a login."""
    return login(client)


def login(client):
    return client.post(URL, {"email": "owner@example.com", "password": PASSWORD}).json()["refresh"]


def refresh(client, token):
    return client.post(f"{URL}refresh/", {"refresh": token})


def logout(client, token):
    return client.post(f"{URL}blacklist/", {"refresh": token}).status_code


def renewed(client, token):
    answer = refresh(client, token)
    assert answer.status_code == 200
    return answer.json()["refresh"]


def works(client, pair):
    """Whether both tokens of an answer are good; the refresh token is used up by the question."""
    headers = {"Authorization": f"Bearer {pair['access']}"}
    return (
        client.get(PROFILE, headers=headers).status_code == 200
        and refresh(client, pair["refresh"]).status_code == 200
    )


def let_pass(time):
    """As if all that has happened had happened so much earlier."""
    for ended in BlacklistedToken.objects.all():
        BlacklistedToken.objects.filter(pk=ended.pk).update(blacklisted_at=ended.blacklisted_at - time)


def jti(token):
    return jwt.decode(token, options={"verify_signature": False})["jti"]


def test_each_refresh_gives_another_token_that_lasts_a_week(first, client):
    second = renewed(client, first)

    assert second != first
    claims = jwt.decode(second, options={"verify_signature": False})
    assert timedelta(seconds=claims["exp"] - claims["iat"]) == timedelta(days=7)
    assert works(client, refresh(client, second).json())


class TestWithinTheGrace:
    def test_a_reload_in_the_middle_of_a_refresh_stays_logged_in(self, first, client):
        lost = refresh(client, first).json()  # the page was closed before this came

        again = refresh(client, first)

        assert again.status_code == 200
        assert again.json()["refresh"] == lost["refresh"]
        assert works(client, again.json())

    def test_it_is_answered_as_often_as_it_is_asked_and_its_end_is_not_put_off(self, first, client):
        second = renewed(client, first)
        for _ in range(3):
            let_pass(GRACE / 4)
            assert renewed(client, first) == second

        let_pass(GRACE / 4)
        assert refresh(client, first).status_code == 401

    def test_the_old_token_leads_to_the_one_that_is_good_now(self, first, client):
        second = renewed(client, first)
        third = renewed(client, second)

        assert renewed(client, first) == renewed(client, second) == third

    def test_nothing_new_is_made(self, first, client):
        for _ in range(3):
            refresh(client, first)

        assert (OutstandingToken.objects.count(), BlacklistedToken.objects.count()) == (3, 1)

    def test_a_deployment_may_do_without_it(self, first, client, settings):
        settings.REFRESH_GRACE_SECONDS = 0
        renewed(client, first)

        assert refresh(client, first).status_code == 401

    @pytest.mark.parametrize("change", ["is_active", "password"])
    def test_who_was_shut_out_meanwhile_stays_out(self, first, owner, client, change):
        renewed(client, first)
        owner.user.is_active = change != "is_active"
        if change == "password":
            owner.user.set_password("another-horse-8")
        owner.user.save()

        assert refresh(client, first).status_code == 401


class TestAfterTheGrace:
    def test_the_old_token_is_refused(self, first, client):
        renewed(client, first)
        let_pass(GRACE + timedelta(seconds=1))

        refused = refresh(client, first)

        assert refused.status_code == 401
        assert refused.json()["code"] == "token_not_valid"

    def test_it_ends_the_session_for_it_is_in_two_hands(self, first, client, caplog):
        stolen = renewed(client, renewed(client, first))
        let_pass(GRACE * 2)

        assert refresh(client, first).status_code == 401

        assert refresh(client, stolen).status_code == 401
        assert "an old refresh token came again" in caplog.text

    def test_other_sessions_of_the_user_go_on(self, first, client):
        other = login(client)
        renewed(client, first)
        let_pass(GRACE * 2)
        refresh(client, first)

        assert refresh(client, other).status_code == 200

    def test_a_token_that_was_not_used_is_good(self, first, client):
        let_pass(GRACE * 2)

        assert refresh(client, first).status_code == 200


class TestLoggingOut:
    def test_ends_the_token(self, first, client):
        assert logout(client, first) == 200
        assert refresh(client, first).status_code == 401

    def test_counts_at_once_also_within_the_grace(self, first, client):
        second = renewed(client, first)
        assert logout(client, second) == 200

        assert refresh(client, second).status_code == 401
        assert refresh(client, first).status_code == 401

    @pytest.mark.parametrize("passed", [timedelta(0), GRACE * 2])
    def test_with_the_old_token_ends_the_new_one(self, first, client, passed):
        """The page that logs out has not heard of the new one."""
        second = renewed(client, first)
        third = renewed(client, second)
        let_pass(passed)

        assert logout(client, first) == 200

        for token in (first, second, third):
            assert refresh(client, token).status_code == 401

    def test_twice_is_refused(self, first, client):
        logout(client, first)

        assert logout(client, first) == 401

    def test_leaves_other_sessions_alone(self, first, client):
        other = login(client)
        logout(client, first)

        assert refresh(client, other).status_code == 200


@pytest.mark.parametrize("path", ["refresh/", "blacklist/"])
def test_what_is_no_refresh_token_is_refused(first, client, path):
    access = refresh(client, first).json()["access"]
    foreign = jwt.encode({"user_id": "1", "token_type": "refresh", "jti": "a", "exp": 2**32}, "x" * 64)

    for bad in (access, foreign, "", "a.b.c"):
        assert client.post(f"{URL}{path}", {"refresh": bad}).status_code in (400, 401)


def test_a_token_that_a_restored_database_does_not_know_is_good(first, client):
    second = renewed(client, first)
    OutstandingToken.objects.all().delete()

    third = refresh(client, second).json()

    assert works(client, third)
    assert logout(client, second) == 200
    assert refresh(client, third["refresh"]).status_code == 401


def test_the_clean_up_leaves_the_chain_of_a_session(first, client):
    second = renewed(client, first)
    OutstandingToken.objects.filter(jti=jti(first)).update(expires_at=timezone.now() - timedelta(seconds=1))
    clean_up_tokens()

    assert refresh(client, second).status_code == 200


class TestAtOnce:
    """Requests that wait for the same token, let go together."""

    @pytest.fixture
    def first(self, transactional_db):
        person("owner@example.com")
        return login(APIClient())

    def together(self, token, *calls: Callable[[APIClient], object]):
        """The answers of calls that have all come as far as the token's row."""
        answers: list[object] = [None] * len(calls)

        def answer(number):
            try:
                answers[number] = calls[number](APIClient())
            finally:
                connections.close_all()

        threads = [Thread(target=answer, args=(number,)) for number in range(len(calls))]
        with transaction.atomic():
            OutstandingToken.objects.select_for_update().get(jti=jti(token))
            for thread in threads:
                thread.start()
            wait_until("all wait", lambda: waiting() == len(calls), REQUEST_IS_ANSWERED)
        for thread in threads:
            thread.join(REQUEST_IS_ANSWERED)
        return answers

    def test_two_tabs_get_the_same_token_and_both_are_logged_in(self, first):
        tabs = self.together(first, *[lambda client: refresh(client, first)] * 4)

        assert [tab.status_code for tab in tabs] == [200] * 4
        assert len({tab.json()["refresh"] for tab in tabs}) == 1
        assert BlacklistedToken.objects.count() == 1
        client = APIClient()
        for tab in tabs:
            access = {"Authorization": f"Bearer {tab.json()['access']}"}
            assert client.get(PROFILE, headers=access).status_code == 200
        assert refresh(client, tabs[0].json()["refresh"]).status_code == 200

    @pytest.mark.parametrize("round", range(3))
    def test_a_log_out_wins_whichever_comes_first(self, first, round):
        answers = self.together(
            first, lambda client: refresh(client, first), lambda client: logout(client, first)
        )

        assert answers[1] == 200
        client = APIClient()
        assert refresh(client, first).status_code == 401
        if answers[0].status_code == 200:
            assert refresh(client, answers[0].json()["refresh"]).status_code == 401


def waiting():
    """Requests that wait for a lock of this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def test_a_deleted_users_token_logs_out_without_a_failure(first, client):
    User.objects.all().delete()

    assert logout(client, first) in (200, 401)
    assert refresh(client, first).status_code == 401
