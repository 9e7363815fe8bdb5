"""What the API server, or the road to it, can answer instead of success.

ApiError
|-- NotFound (404)   AlreadyExists, Conflict (409)   Gone (410)   Invalid (400, 422)   Forbidden (401, 403)
`-- Unavailable (429, 5xx, no connection, no answer in time): passes by itself
NotLeader: this replica may not write; not an answer of the server at all
"""

from __future__ import annotations

# The names are those of the API server's own reasons.
# ruff: noqa: N818
from typing import Any


class ApiError(Exception):
    """An answer other than success.

    Args:
        status: HTTP status, 0 where there was no answer.
        reason: the reason word of the Status object, for instance `AlreadyExists`.
        message: the server's own sentence.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class NotFound(ApiError):
    """The object, or the whole kind, does not exist."""


class AlreadyExists(ApiError):
    """Someone else created the object first."""


class Conflict(ApiError):
    """A precondition (uid, resourceVersion) no longer holds."""


class Gone(ApiError):
    """The resourceVersion of a watch or of a list's next page is too old: list again."""


class Invalid(ApiError):
    """The server refuses the object as it is."""


class Forbidden(ApiError):
    """The operator's ServiceAccount may not do this."""


class Unavailable(ApiError):
    """Overload, an internal error, or no connection: will pass by itself.

    Args:
        retry_after: seconds that the server asked for, None where it did not.
    """

    def __init__(self, status: int, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(status, reason, message)
        self.retry_after = retry_after


class NotLeader(Exception):
    """A write was stopped on this side, because the Lease may already belong to another replica."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: Invalid,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    410: Gone,
    422: Invalid,
}


def error_of(status: int, body: dict[str, Any], retry_after: str | None = None) -> ApiError:
    """The error for an HTTP status and the Status object that came with it."""
    reason = str(body.get("reason") or "")
    message = str(body.get("message") or f"HTTP {status}")
    if status == 429 or status >= 500:
        wait = float(retry_after) if retry_after and retry_after.isdigit() else None
        return Unavailable(status, reason or "Unavailable", message, wait)
    if status == 409:
        family: type[ApiError] = AlreadyExists if reason == "AlreadyExists" else Conflict
        return family(status, reason or "Conflict", message)
    return _BY_STATUS.get(status, ApiError)(status, reason, message)
