"""How a running Redis server or Sentinel follows the passwords of its Secret: small programs for the shell of
the official image.

The mounted file is the authority. It lists every password that is accepted, as digests, and those that the
process itself logs in with elsewhere. The readiness probe compares it with what the process was last told,
and tells it the difference, so that no password needs a restart and none comes back with one. Programs in
the Pod log in by a user of its own, whose password is drawn at each start and leaves the Pod never.
"""

from __future__ import annotations

from typing import Any, Final

from resee_operator.components.base import Manifest

SERVER_FILE: Final = "auth.conf"
SENTINEL_FILE: Final = "sentinel-auth.conf"
"""Keys of the Secret."""
FOLDER: Final = "/etc/redis-auth"
GIVEN: Final = "/tmp/given"  # noqa: S108 - of this container alone, as all below
"""What the process was last told."""

_OWN: Final = "/tmp/own-password"  # noqa: S108

PREPARE: Final = f"""
set -eu
umask 0077
own=$(head -c 32 /dev/urandom | sha256sum | cut -c 1-64)
printf %s "$own" >{_OWN}
cat {FOLDER}/auth.conf >{GIVEN}
own_user="user pod on ~* &* +@all #$(printf %s "$own" | sha256sum | cut -c 1-64)"
"""
"""Before the start: the Pod's own user as a line of the configuration, and a copy of the file."""


def ask(port: int) -> str:
    """The function ``ask`` of the shell: a call of the process in this Pod."""
    return f"""
ask() {{
    REDISCLI_AUTH=$(cat {_OWN}) redis-cli -e --user pod -p {port} "$@"
}}
"""


def follow(port: int) -> str:
    """``ask``, and the readiness probe's look at the file. What the process is told comes by standard input,
    as command lines can be read by others; each line is carried out at once, so that no login between the old
    list and the new one is refused."""
    return f"""{ask(port)}
given=$(cat {FOLDER}/auth.conf)
if [ "$given" != "$(cat {GIVEN})" ]; then
    said=$(echo "$given" | sed -n \\
        -e 's/^user default /ACL SETUSER default resetpass /p' \\
        -e 's/^masterauth /CONFIG SET masterauth /p' \\
        -e 's/^sentinel auth-pass \\([^ ]*\\) /SENTINEL SET \\1 auth-pass /p' \\
        -e 's/^sentinel sentinel-pass /SENTINEL CONFIG SET sentinel-pass /p' \\
        | ask | sort -u)
    if [ "$said" = OK ]; then
        (umask 0077 && echo "$given" >{GIVEN})
    fi
fi
"""


def volume(secret: str, file: str, *keys: str) -> Manifest:
    """The volume with the passwords; ``file`` is the key that is auth.conf there, ``keys`` are more files."""
    items = [{"key": file, "path": "auth.conf"}, *({"key": key, "path": key} for key in keys)]
    return {"name": "auth", "secret": {"secretName": secret, "items": items, "defaultMode": 0o440}}


def mount() -> dict[str, Any]:
    """Where the volume is found."""
    return {"name": "auth", "mountPath": FOLDER, "readOnly": True}
