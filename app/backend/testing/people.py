"""Two users with the same rights: what belongs to one is not the other's."""

from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User

PASSWORD = "correct-horse-7"  # noqa: S105


@dataclass
class Person:
    """A user and a client that carries the user's token."""

    user: User
    client: APIClient

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data)

    def patch(self, path: str, **data: Any) -> Any:
        return self.client.patch(path, data)

    def delete(self, path: str) -> Any:
        return self.client.delete(path)


def person(email: str, **fields: Any) -> Person:
    """A new user, signed in."""
    user = User.objects.create_user(email, PASSWORD, **fields)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {RefreshToken.for_user(user).access_token}")
    return Person(user, client)
