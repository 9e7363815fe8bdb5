"""GET, PATCH /api/accounts/profile/"""

import pytest

URL = "/api/accounts/profile/"


def test_owner_reads_tier_zone_and_preferences(owner):
    profile = owner.get(URL).json()

    assert profile["email"] == "owner@example.com"
    assert (profile["tier"], profile["time_zone"]) == ("FREE", "Asia/Seoul")
    assert profile["preferences"] == {
        "daily_enabled": True,
        "daily_time": "09:00:00",
        "evening_enabled": True,
        "evening_time": "20:00:00",
        "weekly_enabled": True,
        "weekly_day": 0,
        "weekly_time": "09:00:00",
    }


def test_a_change_touches_what_it_names_and_nothing_else(owner, stranger):
    changed = owner.patch(
        URL,
        tier="PRO",
        time_zone="Europe/Berlin",
        language="ko",
        preferences={"daily_time": "07:30", "weekly_enabled": False},
    )

    assert changed.status_code == 200
    profile = owner.get(URL).json()
    assert (profile["tier"], profile["time_zone"]) == ("PRO", "Europe/Berlin")
    assert profile["language"] == "ko"
    assert profile["preferences"]["daily_time"] == "07:30:00"
    assert profile["preferences"]["weekly_enabled"] is False
    assert profile["preferences"]["evening_time"] == "20:00:00"
    assert stranger.get(URL).json()["time_zone"] == "Asia/Seoul"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tier": "GOLD"}, "tier"),
        ({"time_zone": "Seoul"}, "time_zone"),
        ({"language": "fr"}, "language"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"preferences": {"daily_time": "25:00"}}, "preferences"),
        ({"preferences": {"weekly_day": 7}}, "preferences"),
        ({"preferences": None}, "preferences"),
    ],
)
def test_the_field_at_fault_is_named(owner, change, field):
    refused = owner.patch(URL, **change)

    assert refused.status_code == 400
    assert list(refused.json()) == [field]


def test_address_and_rights_are_not_changed_here(owner):
    owner.patch(URL, email="other@example.com", is_staff=True, id=7)

    owner.user.refresh_from_db()
    assert owner.user.email == "owner@example.com"
    assert not owner.user.is_staff


def test_where_tiers_are_sold_only_the_admin_changes_them(owner, settings):
    settings.TIER_SELF_SERVICE = False

    refused = owner.patch(URL, tier="PRO")

    assert refused.status_code == 400
    assert list(refused.json()) == ["tier"]
    assert owner.patch(URL, tier="FREE", time_zone="UTC").status_code == 200


def test_nobody_has_no_profile(client, db):
    assert client.get(URL).status_code == 401
