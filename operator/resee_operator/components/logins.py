"""What Secrets hold beside passwords: the files that Redis' servers, Sentinels and PgBouncer read, and
addresses for clients. While passwords are rotated, two are accepted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote, urlsplit

from resee_operator.components.topology import SENTINEL_MASTER

POOLER_FILE: Final = "userlist.txt"
"""Key of the database's Secret with what PgBouncer reads."""

_LOGIN: Final = re.compile(r"//[^@/]*@")


def server_file(accepted: Sequence[str], *, follows: bool) -> str:
    """auth.conf of a server.

    Args:
        accepted: passwords, the one in use first.
        follows: whether the server may be a replica, which logs in at its master.
    """
    lines = [_user(accepted)]
    if follows:
        lines.append(f"masterauth {_quoted(accepted[0])}")
    return _text(lines)


def sentinel_file(accepted: Sequence[str], servers: str) -> str:
    """auth.conf of a Sentinel. It is told the last line last, so that this one tells whether it knows all.

    Args:
        accepted: passwords of the Sentinels, the one in use first.
        servers: password of the servers that is in use.
    """
    return _text(
        [
            _user(accepted),
            f"sentinel auth-pass {SENTINEL_MASTER} {_quoted(servers)}",
            f"sentinel sentinel-pass {_quoted(accepted[0])}",
        ]
    )


def pooler_file(accepted: Sequence[tuple[str, str]]) -> str:
    """userlist.txt of PgBouncer, which lets these in and logs in by the same at the server.

    Args:
        accepted: user and password of each.
    """
    return _text([f"{_doubled(user)} {_doubled(password)}" for user, password in accepted])


def login_of(uri: str) -> tuple[str, str]:
    """User and password in an address, empty where it is none."""
    try:
        place = urlsplit(uri)
    except ValueError:
        return "", ""
    return unquote(place.username or ""), unquote(place.password or "")


def with_login(uri: str, login: str) -> str:
    """The same address by another login."""
    return _LOGIN.sub(lambda _: f"//{login}@", uri)


def _user(accepted: Sequence[str]) -> str:
    digests = (hashlib.sha256(password.encode()).hexdigest() for password in accepted)
    return " ".join(["user default on ~* &* +@all", *(f"#{digest}" for digest in digests)])


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _doubled(value: str) -> str:
    """As PgBouncer quotes."""
    return '"' + value.replace('"', '""') + '"'


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
