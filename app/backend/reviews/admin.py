"""Schedules and history in the admin; history is read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reviews.models import ReviewHistory, ReviewSchedule


@admin.register(ReviewSchedule)
class ReviewScheduleAdmin(admin.ModelAdmin):
    list_display = ["content", "user", "next_review_date", "interval_index", "is_active"]
    list_select_related = ["content", "user"]
    search_fields = ["user__email", "content__title"]
    raw_id_fields = ["user", "content"]
    show_full_result_count = False


@admin.register(ReviewHistory)
class ReviewHistoryAdmin(admin.ModelAdmin):
    list_display = ["content", "user", "result", "reviewed_at"]
    list_select_related = ["content", "user"]
    search_fields = ["user__email", "content__title"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False
