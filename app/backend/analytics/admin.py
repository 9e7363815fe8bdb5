"""Exports in the admin: their state, not their documents."""

from django.contrib import admin

from analytics.models import Export


@admin.register(Export)
class ExportAdmin(admin.ModelAdmin):
    list_display = ["id", "owner", "status", "created_at", "finished_at"]
    list_select_related = ["owner"]
    list_filter = ["status"]
    exclude = ["document"]
    raw_id_fields = ["owner"]
