"""Preferences in the admin."""

from django.contrib import admin

from notifications.models import NotificationPreference


@admin.register(NotificationPreference)
class NotificationPreferenceAdmin(admin.ModelAdmin):
    list_display = [
        "user",
        "daily_enabled",
        "daily_time",
        "evening_enabled",
        "evening_time",
        "weekly_enabled",
    ]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    raw_id_fields = ["user"]
