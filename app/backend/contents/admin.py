"""Contents in the admin."""

from django.contrib import admin

from contents.models import Content


@admin.register(Content)
class ContentAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "category", "created_at"]
    list_select_related = ["author", "category"]
    search_fields = ["title", "author__email"]
    raw_id_fields = ["author", "category"]
    show_full_result_count = False
