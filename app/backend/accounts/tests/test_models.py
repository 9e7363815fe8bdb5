"""Users as models: addresses, time zones, superusers."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User, time_zones, validate_time_zone
from testing.people import PASSWORD


def test_addresses_are_kept_and_found_in_lower_case(db):
    made = User.objects.create_user("Mixed@Example.COM", PASSWORD)

    assert made.email == "mixed@example.com"
    assert User.objects.get_by_natural_key("MIXED@example.com") == made
    assert str(made) == "mixed@example.com"


def test_a_superuser_may_use_the_admin_and_a_user_may_not(db):
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    user = User.objects.create_user("user@example.com", PASSWORD)

    assert (root.is_staff, root.is_superuser) == (True, True)
    assert (user.is_staff, user.is_superuser) == (False, False)


@pytest.mark.parametrize("name", ["Asia/Seoul", "UTC", "America/Argentina/Buenos_Aires"])
def test_time_zones_of_the_world(name):
    validate_time_zone(name)
    assert User(time_zone=name).zone.key == name


@pytest.mark.parametrize("name", ["", "Seoul", "asia/seoul", "+09:00", "/etc/localtime", "Asia/../UTC"])
def test_what_is_no_time_zone(name):
    with pytest.raises(ValidationError, match="not an IANA time zone"):
        validate_time_zone(name)


def test_an_image_without_the_systems_zones_knows_them_all():
    """They come with the Python package tzdata."""
    assert len(time_zones()) > 400
