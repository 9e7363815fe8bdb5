"""What a pass means to do: actions on objects, in order, and what it cannot do. Data only; diff.py makes
it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from resee_operator.kube.resources import Manifest

COMPONENT = "app.kubernetes.io/component"

_WITH_PODS = frozenset({"Deployment", "StatefulSet"})


class Verb(StrEnum):
    """What is done to one object."""

    CREATE = "create"
    CHANGE = "change"
    REPLACE = "replace"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its path, the value found, the value wanted. None stands for absent."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Action:
    """What one object needs.

    Args:
        manifest: what should be; for a deletion, what is.
        fields: what differs; empty for a creation or deletion, and for fields that only leave the manifest.
        repair: the live object carries the digest of this very manifest, so somebody else has changed it
            since.
        uid: of the live object, the precondition of a deletion.
        live: the object that is changed, as the cache holds it.
    """

    verb: Verb
    kind: str
    name: str
    manifest: Manifest
    fields: tuple[FieldChange, ...] = ()
    repair: bool = False
    uid: str = ""
    live: Manifest | None = None

    @property
    def component(self) -> str:
        return str((self.manifest["metadata"].get("labels") or {}).get(COMPONENT, ""))

    @property
    def restarts(self) -> bool:
        """Whether Pods are replaced by it."""
        template = any(change.path.startswith("spec.template.") for change in self.fields)
        return self.kind in _WITH_PODS and self.verb is Verb.CHANGE and template

    def sentence(self) -> str:
        """What is done, for the log line of the pass; names fields, never values."""
        paths = ", ".join(change.path for change in self.fields[:3]) + ("…" if len(self.fields) > 3 else "")
        return f"{self.verb.value} {self.kind}/{self.name}" + (f" ({paths})" if paths else "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A wanted change that the server cannot make to an object that exists; the object goes on as it is."""

    kind: str
    name: str
    change: FieldChange

    def sentence(self) -> str:
        return (
            f"{self.kind}/{self.name} {self.change.path}: Kubernetes cannot change it afterwards; "
            "set the former value again, or delete the object (its data stays) so that it is made anew"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one deployment needs, in the order in which it is applied; ``notes`` say what takes
    several steps."""

    actions: tuple[Action, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.actions
