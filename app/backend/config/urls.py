"""All paths: the API of docs/application.md, and Django's admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/accounts/", include("accounts.urls")),
    path("api/auth/", include("accounts.token_urls")),
    path("api/categories/", include("categories.urls")),
    path("api/contents/", include("contents.urls")),
    path("api/review/", include("reviews.urls")),
    path("api/analytics/", include("analytics.urls")),
    path("api/health/", include("health.urls")),
    path("api/schema/", include("core.schema_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "core.errors.bad_request"
handler403 = "core.errors.forbidden"
handler404 = "core.errors.not_found"
handler500 = "core.errors.server_error"
