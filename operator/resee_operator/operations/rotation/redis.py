"""The passwords of Redis and of its Sentinels. A user there has several; the servers follow their Secret
without a restart, and Jobs make sure that all of them have (components/redis/passwords.py)."""

from __future__ import annotations

from collections.abc import Mapping

from resee_operator.api.data import RedisProvider
from resee_operator.components import rotation_redis as jobs
from resee_operator.components.credentials import PASSWORD
from resee_operator.components.logins import sentinel_file, server_file, with_login
from resee_operator.operations.base import SecretChange
from resee_operator.operations.rotation.walk import Changes, Jobs, Walk
from resee_operator.stages import Resolved

_ADDRESSES = ("uri", "cache-uri")


def ours(resolved: Resolved) -> bool:
    """Whether the servers are ours."""
    return resolved.redis.provider is not RedisProvider.EXTERNAL


def prepare(walk: Walk) -> Changes:
    """New passwords are drawn, then accepted."""
    data = _data(walk)
    missing = [f"next-{name}" for name in _passwords(walk.resolved) if f"next-{name}" not in data]
    if missing:
        return [SecretChange(_name(walk), draw=dict.fromkeys(missing, PASSWORD))]
    return _told(walk, _files(walk.resolved, data, also="next-"))


def accepting(walk: Walk) -> Jobs:
    """Wait until every server takes the new ones."""
    return [jobs.accepted(walk.resolved, walk.asked)]


def switch(walk: Walk) -> Changes:
    """New passwords in the place of the old ones."""
    data, resolved = _data(walk), walk.resolved
    if "next-password" not in data:
        return []
    moved = {name: data[f"next-{name}"] for name in _passwords(resolved)}
    moved |= {f"old-{name}": data[name] for name in _passwords(resolved)}
    login = f":{moved['password']}"
    values: dict[str, str | None] = {
        **moved,
        **{key: with_login(data[key], login) for key in _ADDRESSES},
        **_files(resolved, moved, also="old-"),
        **dict.fromkeys(f"next-{name}" for name in _passwords(resolved)),
    }
    return [SecretChange(_name(walk), values=values)]


def using(walk: Walk) -> Jobs:
    """Beside Sentinels, wait until servers log in by them among each other."""
    return [jobs.used(walk.resolved, walk.asked)] if jobs.across(walk.resolved) else []


def refuse(walk: Walk) -> Changes:
    """Only the new ones are accepted."""
    return _told(walk, _files(walk.resolved, _data(walk)))


def refusing(walk: Walk) -> Jobs:
    """Wait until every server refuses the old ones."""
    return [jobs.refused(walk.resolved, walk.asked)]


def forget(walk: Walk) -> Changes:
    """The old ones are of no more use."""
    old = [name for name in _data(walk) if name.startswith("old-")]
    return [SecretChange(_name(walk), values=dict.fromkeys(old))] if old else []


def _name(walk: Walk) -> str:
    return walk.resolved.redis.secret_name


def _data(walk: Walk) -> Mapping[str, str]:
    return walk.secret(_name(walk))


def _passwords(resolved: Resolved) -> tuple[str, ...]:
    return ("password", "sentinel-password") if jobs.across(resolved) else ("password",)


def _files(resolved: Resolved, data: Mapping[str, str], *, also: str | None = None) -> dict[str, str]:
    """What servers and Sentinels read, where the passwords of another prefix are accepted beside."""

    def accepted(name: str) -> list[str]:
        return [data[name]] if also is None else [data[name], data[also + name]]

    across = jobs.across(resolved)
    files = {"auth.conf": server_file(accepted("password"), follows=across)}
    if across:
        files["sentinel-auth.conf"] = sentinel_file(accepted("sentinel-password"), data["password"])
    return files


def _told(walk: Walk, files: Mapping[str, str]) -> Changes:
    data = _data(walk)
    different = {key: text for key, text in files.items() if data.get(key) != text}
    return [SecretChange(_name(walk), values=different)] if different else []
