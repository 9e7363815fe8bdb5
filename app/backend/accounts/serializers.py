"""Registration and the profile."""

from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings as jwt
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts import sessions
from accounts.models import User
from notifications.serializers import PreferenceSerializer

_TAKEN = _("A user with this e-mail address exists already.")


class RegisterSerializer(serializers.ModelSerializer):
    """{email, password, password_confirm} -> a new user."""

    password = serializers.CharField(write_only=True, max_length=128, trim_whitespace=False)
    password_confirm = serializers.CharField(write_only=True, max_length=128, trim_whitespace=False)
    email = serializers.EmailField(max_length=254)

    class Meta:
        model = User
        fields = ["id", "email", "password", "password_confirm", "time_zone", "language"]

    def validate_email(self, value: str) -> str:
        if User.objects.filter(email=value.lower()).exists():
            raise serializers.ValidationError(_TAKEN, code="unique")
        return value.lower()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["password"] != attrs.pop("password_confirm"):
            raise serializers.ValidationError({"password_confirm": _("The two passwords differ.")})
        try:
            validate_password(attrs["password"], User(email=attrs["email"]))
        except ModelError as error:
            raise serializers.ValidationError({"password": error.messages}) from error
        return attrs

    def create(self, validated_data: dict[str, Any]) -> User:
        try:
            with transaction.atomic():
                return User.objects.create_user(**validated_data)
        except IntegrityError as error:  # two registrations of one address at the same time
            raise serializers.ValidationError({"email": [_TAKEN]}) from error


class ProfileSerializer(serializers.ModelSerializer):
    """Tier, preferences, time zone and language of the signed-in user."""

    preferences = PreferenceSerializer(required=False)

    class Meta:
        model = User
        fields = ["id", "email", "tier", "time_zone", "language", "preferences", "created_at"]
        read_only_fields = ["id", "email", "created_at"]

    def validate_tier(self, value: str) -> str:
        if not settings.TIER_SELF_SERVICE and self.instance and value != self.instance.tier:
            raise serializers.ValidationError(_("Only an administrator changes the tier here."))
        return value

    @transaction.atomic
    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        preferences = validated_data.pop("preferences", None)
        if preferences:
            PreferenceSerializer().update(instance.preferences, preferences)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        # Only what was asked for: a concurrent change of another field stays.
        instance.save(update_fields=list(validated_data))
        return instance


class RefreshSerializer(TokenRefreshSerializer):
    """A refresh token for new tokens, for as long as its user may come in."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        given = sessions.read(attrs["refresh"])
        self._check(given, User.objects.filter(pk=given.get(jwt.USER_ID_CLAIM)).first())
        token = sessions.renew(given)
        return {"access": str(token.access_token), "refresh": str(token)}

    def _check(self, token: sessions.SignedToken, user: User | None) -> None:
        if user is None or not user.is_active:
            raise AuthenticationFailed(self.error_messages["no_active_account"], "no_active_account")
        if token.get(jwt.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
            raise AuthenticationFailed(_("The user's password has been changed."), "password_changed")


class LogoutSerializer(TokenBlacklistSerializer):
    """Any refresh token of the session that ends."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        sessions.end(sessions.read(attrs["refresh"]))
        return {}
