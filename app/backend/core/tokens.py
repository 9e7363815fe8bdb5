"""Tokens signed by a former key stay good as long as it is among SECRET_KEY_FALLBACKS.

simplejwt knows one key only; Django's own signatures look at the fallbacks by themselves.
"""

from typing import Any

from django.conf import settings
from jwt import InvalidSignatureError
from rest_framework_simplejwt import state
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.settings import api_settings


class SeveralKeys(TokenBackend):
    """Signs by SECRET_KEY and reads by the fallbacks too."""

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        try:
            return super().decode(token, verify)
        except TokenBackendError as error:
            if not isinstance(error.__cause__, InvalidSignatureError):
                raise
            for key in settings.SECRET_KEY_FALLBACKS:
                try:
                    return TokenBackend(self.algorithm, key, leeway=self.leeway).decode(token, verify)
                except TokenBackendError as other:
                    if not isinstance(other.__cause__, InvalidSignatureError):
                        raise
            raise


def install() -> None:
    """Let every token be read this way."""
    state.token_backend = SeveralKeys(
        api_settings.ALGORITHM, api_settings.SIGNING_KEY, leeway=api_settings.LEEWAY
    )
