"""/api/auth/token/: sign in, and what tokens are refused (accounts.sessions: test_sessions.py)."""

from datetime import timedelta

import jwt
import pytest
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from testing.people import PASSWORD

URL = "/api/auth/token/"
PROFILE = "/api/accounts/profile/"


@pytest.fixture
def tokens(owner, client):
    return client.post(URL, {"email": "Owner@Example.com", "password": PASSWORD}).json()


def profile_with(client, token):
    return client.get(PROFILE, headers={"Authorization": f"Bearer {token}"})


def test_tokens_last_an_hour_and_a_week(tokens):
    def lifetime(token):
        claims = jwt.decode(token, options={"verify_signature": False})
        return timedelta(seconds=claims["exp"] - claims["iat"])

    assert set(tokens) == {"access", "refresh"}
    assert lifetime(tokens["access"]) == timedelta(minutes=60)
    assert lifetime(tokens["refresh"]) == timedelta(days=7)


@pytest.mark.parametrize(
    "form",
    [
        {"email": "owner@example.com", "password": "wrong"},
        {"email": "nobody@example.com", "password": PASSWORD},
        {"email": "' OR 1=1 --", "password": "' OR 1=1 --"},
    ],
)
def test_a_wrong_password_and_an_unknown_address_look_the_same(owner, client, form):
    refused = client.post(URL, form)

    assert refused.status_code == 401
    assert refused.json()["detail"] == "No active account found with the given credentials"


def test_tampered_expired_and_foreign_tokens_are_refused(owner, tokens, client):
    head, claims, signature = tokens["access"].split(".")
    expired = AccessToken.for_user(owner.user)
    expired.set_exp(from_time=timezone.now() - timedelta(hours=2))
    foreign = jwt.encode({"user_id": owner.user.pk, "token_type": "access"}, "x" * 64, "HS256")
    unsigned = jwt.encode({"user_id": owner.user.pk, "token_type": "access"}, None, "none")

    for token in (
        f"{head}.{claims[:-2]}AA.{signature}",
        str(expired),
        foreign,
        unsigned,
        tokens["refresh"],
        "no.token.at-all",
    ):
        assert profile_with(client, token).status_code == 401
    assert profile_with(client, tokens["access"]).status_code == 200


def test_a_deactivated_user_is_out_at_once(owner, tokens, client):
    User.objects.filter(pk=owner.user.pk).update(is_active=False)

    assert profile_with(client, tokens["access"]).status_code == 401
    assert client.post(f"{URL}refresh/", {"refresh": tokens["refresh"]}).status_code == 401


def test_a_deleted_users_token_is_refused(owner, tokens, client):
    owner.user.delete()

    assert profile_with(client, tokens["access"]).status_code == 401
    assert client.post(f"{URL}refresh/", {"refresh": tokens["refresh"]}).status_code == 401


def test_a_changed_password_ends_every_session(owner, tokens, client):
    owner.user.set_password("another-horse-8")
    owner.user.save()

    assert profile_with(client, tokens["access"]).status_code == 401
    assert client.post(f"{URL}refresh/", {"refresh": tokens["refresh"]}).status_code == 401


def test_clean_up_deletes_expired_tokens_only(owner):
    from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

    from accounts.tasks import clean_up_tokens

    OutstandingToken.objects.all().delete()
    RefreshToken.for_user(owner.user).blacklist()
    kept = RefreshToken.for_user(owner.user)
    OutstandingToken.objects.exclude(jti=kept["jti"]).update(expires_at=timezone.now() - timedelta(seconds=1))

    clean_up_tokens()

    assert [token.jti for token in OutstandingToken.objects.all()] == [kept["jti"]]
