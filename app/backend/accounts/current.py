"""The user of a request that has passed the permission check."""

from rest_framework.request import Request

from accounts.models import User


def user_of(request: Request) -> User:
    """The signed-in user; every view that asks requires one."""
    user = request.user
    assert isinstance(user, User)
    return user
