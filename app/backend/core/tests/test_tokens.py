"""Tokens of a former key: good while it is among the fallbacks, and worthless afterwards."""

import jwt
import pytest
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User

FORMER = "a-former-key-of-more-than-thirty-two-characters"


def signed_by(key, **changes):
    payload = {**AccessToken().payload, "user_id": "1", **changes}
    return jwt.encode(payload, key, algorithm="HS256")


def test_token_of_a_fallback_is_read(settings):
    settings.SECRET_KEY_FALLBACKS = ["another-key-of-more-than-thirty-two-characters", FORMER]

    assert AccessToken(signed_by(FORMER))["user_id"] == "1"


def test_token_of_an_unknown_key_is_refused(settings):
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(TokenError):
        AccessToken(signed_by(FORMER))


def test_token_of_a_fallback_ends_at_its_time(settings):
    settings.SECRET_KEY_FALLBACKS = [FORMER]
    with pytest.raises(TokenError, match="expired"):
        AccessToken(signed_by(FORMER, exp=1))


def test_new_tokens_are_signed_by_the_key(settings):
    settings.SECRET_KEY_FALLBACKS = [FORMER]
    token = str(AccessToken.for_user(User(pk=1, password="x")))

    assert jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])["user_id"]
