"""A plan for people and for programs: each object, its fields old -> new, and which Pods restart.

Values of Secrets are never shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from resee_operator.engine.actions import Action, FieldChange, Verb
from resee_operator.plan import Preview

_LONGEST = 200
_SIGNS = {Verb.CREATE: "+", Verb.CHANGE: "~", Verb.REPLACE: "±", Verb.DELETE: "-"}


def lines(preview: Preview) -> Iterator[str]:
    """The plan for people: what takes several steps, then one line for each object and its fields."""
    yield from preview.plan.notes
    for action in preview.plan.actions:
        yield f"{_SIGNS[action.verb]} {action.verb.value} {action.kind}/{action.name}{_note(preview, action)}"
        for change in action.fields:
            old, new = (_shown(action, change, value) for value in (change.old, change.new))
            yield f"    {change.path}: {old} -> {new}"
    for refusal in preview.plan.refused:
        yield f"! {refusal.sentence()}"
    if preview.inexact:
        yield f"! fields that would be removed are not shown: {preview.inexact}"
    yield _summary(preview)


def as_json(preview: Preview) -> dict[str, Any]:
    """The plan for programs."""
    return {
        "actions": [
            {
                "verb": action.verb.value,
                "kind": action.kind,
                "name": action.name,
                "restarts": action.restarts,
                "pods": list(preview.restarted(action)),
                "fields": [
                    {
                        "path": change.path,
                        "old": _shown(action, change, change.old),
                        "new": _shown(action, change, change.new),
                    }
                    for change in action.fields
                ],
            }
            for action in preview.plan.actions
        ],
        "notes": list(preview.plan.notes),
        "refused": [refusal.sentence() for refusal in preview.plan.refused],
        "inexact": preview.inexact,
    }


def _note(preview: Preview, action: Action) -> str:
    if not action.restarts:
        return ""
    pods = preview.restarted(action)
    return f"  (restarts {', '.join(pods)})" if pods else "  (restarts its Pods)"


def _summary(preview: Preview) -> str:
    plan = preview.plan
    if plan.empty:
        return "No changes: everything is as wanted."
    counts = {verb: sum(action.verb is verb for action in plan.actions) for verb in Verb}
    restarted = [f"{action.kind}/{action.name}" for action in plan.actions if action.restarts]
    text = ", ".join(f"{count} to {verb.value}" for verb, count in counts.items() if count)
    return f"{text}; restarts: {', '.join(restarted) or 'none'}."


def _shown(action: Action, change: FieldChange, value: Any) -> str:
    if value is None:
        return "(absent)"
    if action.kind == "Secret" and change.path.startswith(("data", "stringData")):
        return "***"
    text = json.dumps(value, sort_keys=True) if isinstance(value, Mapping | list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
