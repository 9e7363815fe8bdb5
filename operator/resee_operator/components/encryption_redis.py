"""Encrypted connections to Redis and its Sentinels: what servers, their programs and their clients are told.

Beside the encrypted port there is no other one. Clients insist on certificate and name by variables of their
own, so that the address in Redis' Secret need not change. Servers and Sentinels ask each other the same way.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from resee_operator.api.data import RedisProvider
from resee_operator.components.base import Manifest
from resee_operator.components.pods import Pod
from resee_operator.components.topology import member_names
from resee_operator.stages import Resolved

FOLDER: Final = "/etc/resee/redis-tls"
_AUTHORITY: Final = "ca.crt"
_SERVER_FILES: Final = ("tls.crt", "tls.key")
_KEY_MODE: Final = 0o440
_FLAGS: Final = ("--tls", "--cacert", f"{FOLDER}/{_AUTHORITY}")
"""What the command line client has to be told; it checks who signed, and not the name."""
_PROGRAM: Final = re.compile(r"\bredis-cli(?= )")


def server_names(resolved: Resolved) -> tuple[str, ...]:
    """DNS names under which servers and Sentinels are reached, the short one first."""
    names = [resolved.child("redis")]
    if resolved.redis.provider == RedisProvider.SENTINEL:
        names += [*member_names(resolved.name, "redis"), *member_names(resolved.name, "sentinel")]
        names.append(resolved.child("sentinel"))
    space = resolved.namespace
    endings = ("", f".{space}", f".{space}.svc", f".{space}.svc.cluster.local")
    return tuple(name + ending for name in names for ending in endings)


def server(resolved: Resolved, pod: Pod, port: int) -> Pod:
    """The Pod of a server or Sentinel that listens on ``port``, encrypted where that is wanted: its
    arguments, its probes, and every call of redis-cli in its programs. A new certificate rolls it."""
    if not resolved.redis.tls:
        return pod
    container = pod.container
    encrypted = replace(
        container,
        command=_calls(container.command),
        args=[*(container.args or ()), *_options(port)],
        probes=_calls(container.probes),
        lifecycle=_calls(container.lifecycle),
        mounts=[*container.mounts, *mounts(resolved)],
    )
    return replace(
        pod,
        container=encrypted,
        volumes=[*pod.volumes, _volume(resolved, (_AUTHORITY, *_SERVER_FILES))],
        secret_files=[*pod.secret_files, *((resolved.redis_tls_secret, name) for name in _SERVER_FILES)],
    )


def mounts(resolved: Resolved) -> list[Manifest]:
    """Mount of server and clients alike, none where connections are not encrypted."""
    if not resolved.redis.tls:
        return []
    return [{"name": "redis-tls", "mountPath": FOLDER, "readOnly": True}]


def client_volume(resolved: Resolved) -> list[Manifest]:
    """Volume of a client's Pod with the authority's certificate, none where connections are not encrypted."""
    return [_volume(resolved, (_AUTHORITY,))] if resolved.redis.tls else []


def client_variables(resolved: Resolved) -> list[Manifest]:
    """Variables by which the application insists on the server's certificate and name."""
    if not resolved.redis.tls:
        return []
    return [
        {"name": "REDIS_TLS", "value": "true"},
        {"name": "REDIS_CA_FILE", "value": f"{FOLDER}/{_AUTHORITY}"},
    ]


def program(resolved: Resolved, words: str) -> str:
    """A client's program, with each call of redis-cli encrypted where that is wanted."""
    return str(_calls(words)) if resolved.redis.tls else words


def _options(port: int) -> list[str]:
    certificate, key = (f"{FOLDER}/{name}" for name in _SERVER_FILES)
    options = {
        "--port": "0",
        "--tls-port": str(port),
        "--tls-cert-file": certificate,
        "--tls-key-file": key,
        "--tls-ca-cert-file": f"{FOLDER}/{_AUTHORITY}",
        # Who may come in is a matter of the password.
        "--tls-auth-clients": "no",
        "--tls-replication": "yes",
    }
    return [word for item in options.items() for word in item]


def _calls(words: Any) -> Any:
    """The same words, with each call of the command line client encrypted."""
    if isinstance(words, str):
        return _PROGRAM.sub(" ".join(("redis-cli", *_FLAGS)), words)
    if isinstance(words, dict):
        return {name: _calls(value) for name, value in words.items()}
    if isinstance(words, list | tuple):
        parts = [_calls(word) for word in words]
        return [flag for part in parts for flag in ((part, *_FLAGS) if part == "redis-cli" else (part,))]
    return words


def _volume(resolved: Resolved, files: tuple[str, ...]) -> Manifest:
    items = [{"key": name, "path": name} for name in files]
    source = {"secretName": resolved.redis_tls_secret, "items": items, "defaultMode": _KEY_MODE}
    return {"name": "redis-tls", "secret": source}
