"""Names of the other servers, kept in the Pod's own /etc/hosts: small programs for the shell of the official
image.

Redis and its Sentinels look names up in the thread that does everything else, once a second for each server
that is gone. A name server that went with the same zone would hold up each look for a second or more, and a
Sentinel that was held up for two decides nothing for the next 30. So another process of the Pod asks, and
what it was told last counts until it is told something else.
"""

from __future__ import annotations

from typing import Any, Final

_FILE: Final = "/tmp/hosts"  # noqa: S108 - of this Pod alone
_BETWEEN: Final = 3
"""Seconds between two rounds; a Pod that is made anew has another address."""
_PATIENCE: Final = 2
"""Seconds in which a name server has to answer."""
_OWN: Final = "127.0.0.1 localhost"

BEFORE: Final = ("sh", "-c", f"[ -f {_FILE} ] || echo '{_OWN}' >{_FILE}")
"""Run before the container starts: what is mounted as a file has to be one."""

KEEP: Final = f"""
keep_names() {{
    while :; do
        hosts='{_OWN}'
        for name in $SERVERS $SENTINELS; do
            address=$(timeout {_PATIENCE} getent -s hosts:dns ahosts "$name") || address=
            address=${{address%% *}}
            [ -n "$address" ] || address=$(sed -n "s/ $name\\$//p" {_FILE})
            [ -z "$address" ] || hosts="$hosts
$address $name"
        done
        [ "$hosts" = "$(cat {_FILE})" ] || printf '%s\\n' "$hosts" >{_FILE}
        sleep {_BETWEEN}
    done
}}
"""
"""The function ``keep_names``, which does not end. The file is written in its place, for that is mounted."""


def mount() -> dict[str, Any]:
    """Where the C library looks first."""
    return {"name": "tmp", "mountPath": "/etc/hosts", "subPath": "hosts", "readOnly": True}
