"""/api/auth/"""

from django.urls import path

from accounts.views import LoginView, LogoutView, RefreshView

urlpatterns = [
    path("token/", LoginView.as_view(), name="token"),
    path("token/refresh/", RefreshView.as_view(), name="token-refresh"),
    path("token/blacklist/", LogoutView.as_view(), name="token-blacklist"),
]
