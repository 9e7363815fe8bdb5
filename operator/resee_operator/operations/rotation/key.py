"""Django's SECRET_KEY: it signs by one key and reads by several. The old one stays good for sessions; its end
is the rotation's."""

from __future__ import annotations

from collections.abc import Mapping

from resee_operator.components.credentials import DJANGO_KEY
from resee_operator.operations.base import SecretChange
from resee_operator.operations.rotation.walk import Changes, Jobs, Walk
from resee_operator.stages import Resolved


def ours(resolved: Resolved) -> bool:
    """It always is."""
    return True


def prepare(walk: Walk) -> Changes:
    """The new key is drawn, then read by."""
    name = walk.resolved.app_secret
    app = walk.secret(name)
    if "next-key" not in app:
        return [SecretChange(name, draw={"next-key": DJANGO_KEY})]
    fallbacks = ",".join([app["next-key"], *_others(app)])
    if app.get("SECRET_KEY_FALLBACKS") == fallbacks:
        return []
    return [SecretChange(name, values={"SECRET_KEY_FALLBACKS": fallbacks})]


def accepting(walk: Walk) -> Jobs:
    """Nothing: the Pods roll."""
    return []


def switch(walk: Walk) -> Changes:
    """Sign by the new one, read by the old one."""
    name = walk.resolved.app_secret
    app = walk.secret(name)
    if "next-key" not in app:
        return []
    old = ",".join([app["SECRET_KEY"], *_others(app)])
    values = {"SECRET_KEY": app["next-key"], "SECRET_KEY_FALLBACKS": old, "next-key": None}
    return [SecretChange(name, values=values)]


using = refusing = accepting


def refuse(walk: Walk) -> Changes:
    """Nothing yet."""
    return []


forget = refuse


def _others(app: Mapping[str, str]) -> list[str]:
    """Keys that are read by already, without the new one."""
    return [key for key in app.get("SECRET_KEY_FALLBACKS", "").split(",") if key and key != app["next-key"]]
