"""Register, sign in, refresh, sign out, read and change the profile."""

from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView

from accounts.current import user_of
from accounts.models import User
from accounts.serializers import (
    LogoutSerializer,
    ProfileSerializer,
    RefreshSerializer,
    RegisterSerializer,
)
from core.throttles import LoginThrottle


class RegisterView(generics.CreateAPIView):
    """A new user."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class = RegisterSerializer


class LoginView(TokenObtainPairView):
    """E-mail and password for an access and a refresh token."""

    throttle_classes = (LoginThrottle,)


class RefreshView(TokenRefreshView):
    """A refresh token for new tokens; the old one is worth as much for some seconds, and nothing later."""

    serializer_class = RefreshSerializer


class LogoutView(TokenBlacklistView):
    """Makes a refresh token worthless, with those before and after it."""

    serializer_class = LogoutSerializer


class ProfileView(generics.RetrieveUpdateAPIView):
    """The signed-in user's tier, preferences and time zone."""

    serializer_class = ProfileSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        return User.objects.select_related("preferences").get(pk=user_of(self.request).pk)
