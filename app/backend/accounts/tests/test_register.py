"""POST /api/accounts/users/register/"""

import pytest

from accounts.models import Tier, User
from testing.people import PASSWORD

URL = "/api/accounts/users/register/"
FORM = {"email": "New@Example.com", "password": PASSWORD, "password_confirm": PASSWORD}


def register(client, **changes):
    return client.post(URL, {**FORM, **changes})


def test_a_new_user_can_sign_in(client, db):
    made = register(client)

    assert made.status_code == 201
    assert made.json() == {
        "id": User.objects.get().pk,
        "email": "new@example.com",
        "time_zone": "Asia/Seoul",
        "language": "en",
    }
    token = client.post("/api/auth/token/", {"email": FORM["email"], "password": PASSWORD})
    assert token.status_code == 200


def test_a_new_user_is_free_and_is_reminded_at_the_usual_hours(client, db):
    register(client)

    user = User.objects.get()
    assert user.tier == Tier.FREE
    preferences = user.preferences
    assert (preferences.daily_time.hour, preferences.evening_time.hour) == (9, 20)
    assert (preferences.weekly_day, preferences.weekly_time.hour) == (0, 9)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"email": "<script>@example.com"}, "email"),
        ({"password": "short", "password_confirm": "short"}, "password"),
        ({"password": "password123", "password_confirm": "password123"}, "password"),
        ({"password": "48151623421337", "password_confirm": "48151623421337"}, "password"),
        ({"password": "new@example.com", "password_confirm": "new@example.com"}, "password"),
        ({"password_confirm": "another-horse-8"}, "password_confirm"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"language": "fr"}, "language"),
    ],
)
def test_the_field_at_fault_is_named(client, db, changes, field):
    refused = register(client, **changes)

    assert refused.status_code == 400
    assert list(refused.json()) == [field]
    assert not User.objects.exists()


def test_an_address_is_one_users_whatever_its_case(client, db):
    register(client)

    refused = register(client, email="NEW@example.COM")

    assert refused.status_code == 400
    assert refused.json() == {"email": ["A user with this e-mail address exists already."]}


def test_a_race_for_an_address_is_an_error_of_the_field(client, db, monkeypatch):
    register(client)
    monkeypatch.setattr(
        "accounts.serializers.RegisterSerializer.validate_email", lambda _, value: value.lower()
    )

    refused = register(client)

    assert refused.status_code == 400
    assert list(refused.json()) == ["email"]


def test_a_body_that_is_no_json_says_so(client, db):
    refused = client.post(URL, "{email: ", content_type="application/json")

    assert refused.status_code == 400
    assert "JSON parse error" in refused.json()["detail"]


def test_nobody_becomes_staff_or_pro_by_asking(client, db):
    register(client, is_staff=True, is_superuser=True, tier="PRO")

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.tier) == (False, False, "FREE")
