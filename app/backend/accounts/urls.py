"""/api/accounts/"""

from django.urls import path

from accounts.views import ProfileView, RegisterView

urlpatterns = [
    path("users/register/", RegisterView.as_view(), name="register"),
    path("profile/", ProfileView.as_view(), name="profile"),
]
