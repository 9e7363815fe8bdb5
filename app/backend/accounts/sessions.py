"""Refresh tokens: each is worth one refresh, and a session is the chain of those that came of one login.

A page that is loaded anew while its token is renewed has the old token only: the answer with the new one went
to the page before. So for REFRESH_GRACE_SECONDS the old token is answered with the new one again, never with
another: a session has one token that is good, which logging out ends by any token of the chain. An old token
that comes later is in two hands; the session ends, as RFC 9700 (4.14.2) asks.

The id of a token's successor follows from its own id, which makes the chain without a table and lets the
database keep two successors out. What is decided is decided under the lock of the token's row.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import datetime_from_epoch

logger = logging.getLogger(__name__)

_CHAIN = UUID("4b5f8a52-0a58-4c0e-9d4f-6a0f5d3c9e17")


class SignedToken(RefreshToken):
    """A refresh token of which signature, kind and end were looked at; the chain says what it is worth."""

    def check_blacklist(self) -> None:
        pass


def read(text: str) -> SignedToken:
    """Raises TokenError for what is no refresh token of ours, or has run out."""
    return SignedToken(cast("Any", text))


def renew(given: SignedToken) -> RefreshToken:
    """The token that follows `given`: a new one, or within the grace the one that was made for it.

    Raises TokenError where the session has ended.
    """
    with transaction.atomic():
        row = _row(given)
        used = _ended(row)
        if used is None:
            return _follow(given, row)
        last = _last(row)
        in_time = timezone.now() - used <= timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
        if last is not None and in_time:
            return read(last.token)
        if last is not None:
            logger.warning("session of user %s is ended: an old refresh token came again", row.user_id)
            _end(last)
    raise TokenError(_("Token is blacklisted"))


def end(given: SignedToken) -> None:
    """Logs out: no token of the chain is good afterwards. Raises TokenError where that was so before."""
    with transaction.atomic():
        last = _last(_row(given))
        if last is None:
            raise TokenError(_("Token is blacklisted"))
        _end(last)


def _follow(token: SignedToken, row: OutstandingToken) -> RefreshToken:
    _end(row)
    token["jti"] = _successor(row.jti)
    token.set_exp()
    token.set_iat()
    made, _created = OutstandingToken.objects.get_or_create(
        jti=token["jti"],
        defaults={
            "user_id": row.user_id,
            "token": str(token),
            "created_at": token.current_time,
            "expires_at": datetime_from_epoch(token["exp"]),
        },
    )
    return read(made.token)


def _successor(jti: str) -> str:
    return uuid5(_CHAIN, jti).hex


def _last(row: OutstandingToken | None) -> OutstandingToken | None:
    """The one token from `row` on that is good, locked; None where there is none any more."""
    while row is not None and _ended(row) is not None:
        row = _locked(_successor(row.jti))
    return row


def _row(token: SignedToken) -> OutstandingToken:
    row = _locked(token["jti"])
    if row is None:  # the database was restored to a time before this token
        token.outstand()
        row = _locked(token["jti"])
    assert row is not None
    return row


def _locked(jti: str) -> OutstandingToken | None:
    return OutstandingToken.objects.select_for_update().order_by().filter(jti=jti).first()


def _ended(row: OutstandingToken) -> datetime | None:
    """When the token was used or revoked. A statement of its own: one that has waited for a lock shows what
    was there before it waited."""
    return BlacklistedToken.objects.filter(token=row).values_list("blacklisted_at", flat=True).first()


def _end(row: OutstandingToken) -> None:
    BlacklistedToken.objects.create(token=row)
