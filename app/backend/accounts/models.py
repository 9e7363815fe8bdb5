"""A user: e-mail and password, subscription tier, time zone."""

import zoneinfo
from functools import cache
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.generations import FollowedQuerySet


@cache
def time_zones() -> frozenset[str]:
    """Every IANA name that this image knows."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    """Raises ValidationError for a name that is not an IANA time zone."""
    if name not in time_zones():
        raise ValidationError(
            _("%(name)r is not an IANA time zone such as Asia/Seoul."),
            code="time_zone",
            params={"name": name},
        )


class Tier(models.TextChoices):
    """What a user has subscribed to; it decides the review intervals."""

    FREE = "FREE"
    BASIC = "BASIC"
    PRO = "PRO"


class Language(models.TextChoices):
    """In which Resee writes to a user; the page has the same two."""

    ENGLISH = "en"
    KOREAN = "ko"


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is one user's, whatever its case."""

    def create_user(self, email: str, password: str, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Signs in by e-mail."""

    email = models.EmailField(unique=True)
    tier = models.CharField(max_length=5, choices=Tier, default=Tier.FREE)
    time_zone = models.CharField(max_length=64, default="Asia/Seoul", validators=[validate_time_zone])
    # The database's default: Pods of the version before, which know of no language, still write users.
    language = models.CharField(
        max_length=2, choices=Language, default=Language.ENGLISH, db_default=Language.ENGLISH
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager.from_queryset(FollowedQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Forms of the admin keep addresses in lower case too."""
        super().clean()
        self.email = self.email.lower()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The user's time zone; days begin and end in it."""
        return zoneinfo.ZoneInfo(self.time_zone)
