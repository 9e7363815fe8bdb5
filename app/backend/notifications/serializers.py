"""Preferences, as a part of the profile."""

from rest_framework import serializers

from notifications.models import NotificationPreference


class PreferenceSerializer(serializers.ModelSerializer):
    """Times of day are HH:MM[:SS] in the user's time zone."""

    class Meta:
        model = NotificationPreference
        exclude = ["id", "user"]
