"""Users in the admin; its add form asks for e-mail and password."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["email", "tier", "time_zone", "is_active", "is_staff", "created_at"]
    list_filter = ["tier", "is_active", "is_staff"]
    search_fields = ["email"]
    ordering = ["id"]
    readonly_fields = ["created_at", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        ("Resee", {"fields": ["tier", "time_zone", "language", "created_at", "last_login"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "password1", "password2", "tier"]})]
