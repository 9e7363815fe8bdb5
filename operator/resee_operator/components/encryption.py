"""Encrypted connections to PostgreSQL: the Secret with the certificate, and what either side is told.

The server shows its certificate to whoever asks; our clients insist on it, by libpq's own variables, so that
the address in the database's Secret need not change when encryption is turned on.
"""

from __future__ import annotations

import re
from typing import Final

from resee_operator.components.base import Manifest
from resee_operator.stages import Resolved

BUNDLE: Final = "bundle.pem"
"""Key of the Secret with all four parts, the authority's key among them; no Pod mounts it."""
_FOLDER: Final = "/etc/resee/tls"
_AUTHORITY: Final = "ca.crt"
_SERVER_FILES: Final = ("tls.crt", "tls.key")
FILES: Final = tuple(f"{_FOLDER}/{name}" for name in (_AUTHORITY, *_SERVER_FILES))
"""Paths of the authority's certificate, the server's, and its key."""
_KEY_MODE: Final = 0o440
"""PostgreSQL refuses a key that others may read; the group is the Pod's own."""
_BLOCK: Final = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----\n?", re.DOTALL)


def server_names(resolved: Resolved) -> tuple[str, ...]:
    """DNS names under which the server is reached, the short one first; and our PgBouncer, which shows the
    same certificate."""
    services = [resolved.child("postgres"), f"{resolved.child('postgres')}-replicas"]
    if resolved.pooler:
        services.append(resolved.pooler_name)
    endings = (
        *("", f".{resolved.namespace}", f".{resolved.namespace}.svc"),
        f".{resolved.namespace}.svc.cluster.local",
    )
    return tuple(service + ending for service in services for ending in endings)


def parts(bundle: str) -> dict[str, str]:
    """The files that Pods mount, from the bundle; empty texts where it is no bundle."""
    blocks = _BLOCK.findall(bundle)
    authority, key, certificate = blocks[1:4] if len(blocks) == 4 else ("", "", "")
    return {_AUTHORITY: authority, "tls.key": key, "tls.crt": certificate}


def server_parameters(resolved: Resolved) -> dict[str, str]:
    """Parameters of PostgreSQL; none where connections are not encrypted."""
    if not resolved.database.tls:
        return {}
    certificate, key = (f"{_FOLDER}/{name}" for name in _SERVER_FILES)
    return {"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key}


def server_volume(resolved: Resolved) -> list[Manifest]:
    """Volume of the server's Pod, none where connections are not encrypted."""
    return [_volume(resolved, (_AUTHORITY, *_SERVER_FILES))] if resolved.database.tls else []


def server_files(resolved: Resolved) -> list[tuple[str, str]]:
    """What the server's Pod reads as files, as (Secret, key): a new certificate rolls it."""
    if not resolved.database.tls:
        return []
    return [(resolved.tls_secret, name) for name in _SERVER_FILES]


def mounts(resolved: Resolved) -> list[Manifest]:
    """Mount of server and clients alike, none where connections are not encrypted."""
    if not resolved.database.tls:
        return []
    return [{"name": "tls", "mountPath": _FOLDER, "readOnly": True}]


def client_volume(resolved: Resolved) -> list[Manifest]:
    """Volume of a client's Pod with the authority's certificate, none where connections are not encrypted."""
    return [_volume(resolved, (_AUTHORITY,))] if resolved.database.tls else []


def client_variables(resolved: Resolved) -> list[Manifest]:
    """Variables of a client by which libpq insists on the server's certificate and name."""
    if not resolved.database.tls:
        return []
    return [
        {"name": "PGSSLMODE", "value": "verify-full"},
        {"name": "PGSSLROOTCERT", "value": f"{_FOLDER}/{_AUTHORITY}"},
    ]


def _volume(resolved: Resolved, files: tuple[str, ...]) -> Manifest:
    items = [{"key": name, "path": name} for name in files]
    source = {"secretName": resolved.tls_secret, "items": items, "defaultMode": _KEY_MODE}
    return {"name": "tls", "secret": source}
