"""The two families of errors: either somebody must act, or it will pass by itself.

ReseeError
├── UserError            you must act: nothing changes until the remedy is followed
│   ├── InvalidSpec      a field of the custom resource holds a value that cannot work
│   └── NotSupported     the field is valid, and this version of the operator cannot do it
└── TransientError       will pass by itself: the next attempt may succeed

Each error carries the field, the object and the remedy, and its text is one sentence for people.
No error carries the value of a Secret.
"""

from __future__ import annotations


class ReseeError(Exception):
    """What is wrong, where, and what to do.

    Args:
        problem: what is wrong, in a few words without a full stop.
        field: path of the field at fault, for example ``spec.backup.schedule``; empty when none is.
        object: the object at fault as ``Kind/name``; empty when none is.
        remedy: what to do, as an imperative.
    """

    def __init__(self, problem: str, *, field: str = "", object: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.field = field
        self.object = object
        self.remedy = remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        where = " ".join(part for part in (self.object, self.field) if part)
        text = f"{where}: {self.problem}" if where else self.problem
        return f"{text}; {self.remedy}" if self.remedy else text


class UserError(ReseeError):
    """You must act."""


class TransientError(ReseeError):
    """Will pass by itself."""


class InvalidSpec(UserError):  # noqa: N818 - reads as the sentence it makes
    """A field of the custom resource holds a value that cannot work.

    Args:
        field: path of the field, ``spec.…``.
        value: the value found there; never that of a Secret.
        remedy: what to write instead.
        problem: what is wrong; by default that the value is not valid.
    """

    def __init__(self, field: str, value: object, remedy: str, problem: str = "") -> None:
        self.value = value
        super().__init__(problem or f"{value!r} is not valid", field=field, remedy=remedy)


class NotSupported(UserError):  # noqa: N818 - reads as the sentence it makes
    """The value is a valid one, and this version of the operator cannot do it.

    Args:
        field: path of the field, ``spec.…``.
        value: the value found there.
        supported: the values that work.
    """

    def __init__(self, field: str, value: str, supported: tuple[str, ...]) -> None:
        self.value = value
        self.supported = supported
        super().__init__(
            f"{str(value)!r} is not supported by this version of the operator",
            field=field,
            remedy=f"set one of {', '.join(supported)}",
        )
