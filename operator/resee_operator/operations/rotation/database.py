"""PostgreSQL's logins. It has one password for each role, so two login roles take turns; both become the
owner of the data at once, so that all tables have one owner. PgBouncer, where there is one, lets in both for
as long as Pods may use either."""

from __future__ import annotations

from resee_operator.api.data import DatabaseProvider
from resee_operator.components import rotation_database as jobs
from resee_operator.components.credentials import PASSWORD
from resee_operator.components.logins import POOLER_FILE, login_of, pooler_file, with_login
from resee_operator.operations.base import SecretChange
from resee_operator.operations.rotation.walk import Changes, Jobs, Walk
from resee_operator.stages import Resolved

_ADDRESSES = ("uri", "replica-uri")


def ours(resolved: Resolved) -> bool:
    """Whether the roles are ours to make."""
    return resolved.database.provider in (DatabaseProvider.STATEFUL_SET, DatabaseProvider.PATRONI)


def prepare(walk: Walk) -> Changes:
    """The next password is drawn, then let in by PgBouncer."""
    name = walk.resolved.database.secret_name
    data = walk.secret(name)
    if "next-password" not in data:
        return [SecretChange(name, draw={"next-password": PASSWORD})]
    return _let_in(walk, (jobs.other(data.get("login")), data["next-password"]))


def accepting(walk: Walk) -> Jobs:
    """The other role may log in."""
    login = walk.secret(walk.resolved.database.secret_name).get("login")
    return [jobs.accept(walk.resolved, jobs.other(login), walk.asked)]


def switch(walk: Walk) -> Changes:
    """Addresses by the other role."""
    name = walk.resolved.database.secret_name
    data = walk.secret(name)
    password = data.get("next-password")
    if password is None:
        return []
    role = jobs.other(data.get("login"))
    login = f"{role}:{password}"
    values: dict[str, str | None] = {
        **{key: with_login(data[key], login) for key in _ADDRESSES if key in data},
        "login": role,
        "login-password": password,
        "next-password": None,
    }
    return [SecretChange(name, values=values)]


def using(walk: Walk) -> Jobs:
    """Nothing: no server logs in by these."""
    return []


def refuse(walk: Walk) -> Changes:
    """The owner's next password is drawn, and PgBouncer lets in the new login alone."""
    name = walk.resolved.database.secret_name
    if "next-owner-password" not in walk.secret(name):
        return [SecretChange(name, draw={"next-owner-password": PASSWORD})]
    return _let_in(walk)


def refusing(walk: Walk) -> Jobs:
    """The role before may not log in, and the owner has another password."""
    return [jobs.refuse(walk.resolved, walk.asked)]


def forget(walk: Walk) -> Changes:
    """The owner's password in its place."""
    name = walk.resolved.database.secret_name
    owner = walk.secret(name).get("next-owner-password")
    if owner is None:
        return []
    return [SecretChange(name, values={"password": owner, "next-owner-password": None})]


def _let_in(walk: Walk, *more: tuple[str, str]) -> Changes:
    """PgBouncer's list: the login in use, and more. Where it was once turned on, the list is kept right."""
    name = walk.resolved.database.secret_name
    data = walk.secret(name)
    wanted = pooler_file([login_of(data.get("uri", "")), *more])
    if data.get(POOLER_FILE, wanted) == wanted:
        return []
    return [SecretChange(name, values={POOLER_FILE: wanted})]
